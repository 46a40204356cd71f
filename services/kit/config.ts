import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import {
  type Connection,
  envName,
  type JobContract,
  type ServiceContract,
  type Shape,
  secretFileEnvName,
} from './contract';

/** Reads a secret afresh at each call: its file changes when it is rotated. A function never prints its value. */
export type Secret = () => string;

type Output<S extends Shape> = { readonly [K in keyof S]: z.output<S[K]> };
type ConnectionConfig<C extends Connection> = Output<C['env']> & { readonly [K in keyof C['secrets']]?: Secret };

/** What a process knows after it has read its environment by its contract. */
export type Config<C extends ServiceContract | JobContract> = Output<C['env']> & {
  readonly [U in keyof C['uses']]: ConnectionConfig<C['uses'][U]>;
};

/** The environment does not fit the contract. Names every problem at once, never a value. */
export class ConfigError extends Error {
  constructor(
    readonly service: string,
    readonly problems: readonly string[],
  ) {
    super(
      `${service} cannot start, its environment does not fit its contract:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/** Reads the environment by the contract; throws one `ConfigError` with every problem. */
export function readConfig<C extends ServiceContract | JobContract>(
  contract: C,
  source: Readonly<Record<string, string | undefined>>,
): Config<C> {
  const problems: string[] = [];
  const value = (name: string, schema: z.ZodType) => {
    const result = schema.safeParse(source[name]);
    if (!result.success) problems.push(`${name}: ${result.error.issues.map((issue) => issue.message).join('; ')}`);
    return result.data;
  };
  const secret = (use: string, field: string): Secret | undefined => {
    const file = source[secretFileEnvName(use, field)];
    const literal = source[envName(use, field)];
    if (file === undefined) return literal === undefined ? undefined : () => literal;
    const read = () => readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    try {
      read();
    } catch (error) {
      problems.push(`${secretFileEnvName(use, field)}: ${(error as Error).message}`);
    }
    return read;
  };

  const config: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(contract.env)) config[name] = value(name, schema);
  for (const [use, connection] of Object.entries(contract.uses)) {
    const env = Object.entries(connection.env).map(([field, schema]) => [field, value(envName(use, field), schema)]);
    const secrets = Object.keys(connection.secrets).map((field) => [field, secret(use, field)]);
    config[use] = Object.fromEntries([...env, ...secrets]);
  }
  if (problems.length > 0) throw new ConfigError(contract.name, problems);
  return config as Config<C>;
}
