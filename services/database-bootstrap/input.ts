import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError } from '../kit/config';
import { databaseBootstrapContract, databaseSpec } from './contract';

/** One database to be there, with the password that its file holds. */
export interface Entry {
  readonly database: string;
  readonly role: string;
  readonly password: string;
}

/** Reads DATABASES and the files that it names; throws one error with every problem. */
export function readEntries(databases: string, adminUser: string): Entry[] {
  const problems: string[] = [];
  const specs = parse(databases, problems);
  const entries = specs.map(({ database, role, passwordFile }) => ({
    database,
    role,
    password: passwordOf(role, passwordFile, problems),
  }));
  for (const { role } of entries)
    if (role === adminUser)
      problems.push(`DATABASES: role '${role}' is the admin itself; name another role as the owner`);
  for (const database of twice(entries.map((entry) => entry.database)))
    problems.push(`DATABASES: database '${database}' is named twice`);
  for (const role of new Set(entries.map((entry) => entry.role)))
    if (new Set(entries.filter((entry) => entry.role === role).map((entry) => entry.password)).size > 1)
      problems.push(`DATABASES: role '${role}' has two different passwords; give it the same file in every entry`);
  if (problems.length > 0) throw new ConfigError(databaseBootstrapContract.name, problems);
  return entries;
}

function parse(databases: string, problems: string[]): z.infer<typeof databaseSpec>[] {
  let json: unknown;
  try {
    json = JSON.parse(databases);
  } catch (error) {
    problems.push(`DATABASES: expected a JSON array, ${(error as Error).message}`);
    return [];
  }
  const result = z.array(databaseSpec).min(1, 'expected at least one entry').safeParse(json);
  if (result.success) return result.data;
  for (const issue of result.error.issues)
    problems.push(`DATABASES${issue.path.map((part) => `[${String(part)}]`).join('')}: ${issue.message}`);
  return [];
}

function passwordOf(role: string, file: string, problems: string[]): string {
  try {
    const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (password === '') problems.push(`DATABASES: the password file of role '${role}' is empty (${file})`);
    return password;
  } catch (error) {
    problems.push(`DATABASES: the password file of role '${role}' cannot be read: ${(error as Error).message}`);
    return '';
  }
}

const twice = (names: string[]) => new Set(names.filter((name, index) => names.indexOf(name) < index));
