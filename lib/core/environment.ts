import { Token } from 'cdktf';
import type { z } from 'zod';
import {
  type Connection,
  envName,
  type JobContract,
  type ServiceContract,
  type Shape,
  secretFileEnvName,
} from '../../services/kit/contract';
import type { IIdentity, Link, OptionalField } from './access';
import { PlatformError, type Problem, problemsOf } from './errors';
import type { SecretFile, SecretVariable, Variable } from './workload';

type Contract = ServiceContract | JobContract;

/** Variables of a contract as a construct gives them: what has no default is required, what is not declared is refused. */
export type EnvInput<S extends Shape> = {
  readonly [K in Exclude<keyof S, OptionalField<S>>]: string | number;
} & { readonly [K in OptionalField<S>]?: string | number | undefined };

type OptionalUse<U extends Record<string, Connection>> = {
  [K in keyof U]: U[K] extends { readonly optional: true } ? K : never;
}[keyof U];

/** Links for each connection of a contract; one that the contract calls optional may be left out. */
export type LinkInput<U extends Record<string, Connection>> = {
  readonly [K in Exclude<keyof U, OptionalUse<U>>]: Link<U[K]>;
} & { readonly [K in OptionalUse<U>]?: Link<U[K]> | undefined };

/** Those that are there. */
export const linksOf = (uses: Readonly<Record<string, Link | undefined>>): [use: string, link: Link][] =>
  Object.entries(uses).filter((entry): entry is [string, Link] => entry[1] !== undefined);

export interface Environment {
  readonly variables: readonly Variable[];
  readonly secretVariables: readonly SecretVariable[];
  readonly secretFiles: readonly SecretFile[];
}

/** Where the secrets of a connection are mounted. */
export const secretsFolder = (use: string) => `/run/secrets/${use}`;

/**
 * What a contract needs, as variables and mounted files.
 * @throws PlatformError with every value that the contract refuses and every link that the identity cannot take
 */
export function environment<C extends Contract>(
  contract: C,
  env: EnvInput<C['env']>,
  uses: LinkInput<C['uses']>,
  identity: IIdentity,
): Environment {
  const problems: (Problem | string)[] = [];
  const variables: Variable[] = [];
  for (const [name, value] of Object.entries<string | number | undefined>(env)) {
    if (value === undefined) continue;
    problems.push(...valueProblems(contract.name, name, contract.env[name], value));
    variables.push({ name, value: String(value) });
  }
  const secretVariables: SecretVariable[] = [];
  const secretFiles: SecretFile[] = [];
  for (const [use, link] of linksOf(uses)) {
    const refusals = problemsOf(() => {
      const connection = linkEnvironment(use, link, identity);
      variables.push(...connection.variables);
      secretVariables.push(...connection.secretVariables);
      secretFiles.push(...connection.secretFiles);
      for (const [field, value] of Object.entries<string | undefined>(link.values)) {
        if (value === undefined) continue;
        problems.push(...valueProblems(contract.name, envName(use, field), contract.uses[use]?.env[field], value));
      }
    });
    problems.push(...refusals);
  }
  if (problems.length > 0) throw new PlatformError(...problems);
  return { variables, secretVariables, secretFiles };
}

/** The variables and mounted files of one link. */
export function linkEnvironment(use: string, link: Link, identity: IIdentity): Environment {
  const values = Object.entries<string | undefined>(link.values);
  const variables = values.flatMap(([field, value]) =>
    value === undefined ? [] : [{ name: envName(use, field), value }],
  );
  const secrets = Object.entries(identity.accept(link)).map(([field, key]) => ({ ...key, field }));
  if (link.secretsAs === 'variables') {
    const secretVariables = secrets.map(({ field, ...key }) => ({ ...key, name: envName(use, field) }));
    return { variables, secretVariables, secretFiles: [] };
  }
  const pathOf = (field: string) => `${secretsFolder(use)}/${field}`;
  return {
    variables: [
      ...variables,
      ...secrets.map(({ field }) => ({ name: secretFileEnvName(use, field), value: pathOf(field) })),
    ],
    secretVariables: [],
    secretFiles: secrets.map(({ field, ...key }) => ({ ...key, path: pathOf(field) })),
  };
}

function valueProblems(reader: string, name: string, schema: z.ZodType | undefined, value: string | number): Problem[] {
  if (Token.isUnresolved(value)) return [];
  const result = schema?.safeParse(String(value));
  if (!result || result.success) return [];
  const reasons = result.error.issues.map((issue) => issue.message).join('; ');
  return [{ what: `${reader} does not accept ${name}`, got: `'${value}'`, do: `give it what it means: ${reasons}` }];
}
