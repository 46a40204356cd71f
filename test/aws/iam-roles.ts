import type { Synthesized } from '../harness/synth';

// biome-ignore lint/suspicious/noExplicitAny: policies as AWS takes them
type Json = any;

/** What somebody may do, to one resource. */
export interface Right {
  readonly stack: string;
  readonly role: string;
  readonly action: string;
  readonly resource: string;
  /** As a text; empty where there is none. */
  readonly condition: string;
}

export interface Role {
  readonly stack: string;
  readonly name: string;
  /** Who may take it, one line each. */
  readonly trust: readonly string[];
  readonly rights: readonly Right[];
  /** Policies of AWS that it holds, by ARN. */
  readonly managed: readonly string[];
}

/** Every IAM role of the given stacks, by name. */
export const rolesOf = (from: Synthesized, stacks: readonly string[]): Role[] =>
  stacks
    .flatMap((stack) => {
      const resources = from.resources(stack) as Record<string, Record<string, Json>>;
      const of = (type: string, key: string) =>
        Object.values(resources[type] ?? {}).filter(({ role }) => String(role).includes(`aws_iam_role.${key}.`));
      return Object.entries(resources.aws_iam_role ?? {}).map(([key, { name, assume_role_policy: trust }]) => ({
        stack,
        name,
        trust: statements(trust).flatMap(({ Principal, Action, Condition }) =>
          list(Object.values(Principal).flat()).map(
            (who) => `${who}: ${list(Action).join(', ')}${conditionOf(Condition)}`,
          ),
        ),
        rights: of('aws_iam_role_policy', key).flatMap(({ policy }) =>
          statements(policy).flatMap(({ Effect, Action, Resource, Condition }) => {
            if (Effect !== 'Allow') throw new Error(`${name} has a statement with the effect ${Effect}`);
            return list(Action).flatMap((action) =>
              list(Resource).map((resource) => ({
                stack,
                role: name,
                action,
                resource: readable(resource),
                condition: conditionOf(Condition),
              })),
            );
          }),
        ),
        managed: of('aws_iam_role_policy_attachment', key).map(({ policy_arn: arn }) => arn),
      }));
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** The list that a reviewer reads: one paragraph per role, one line per action and resource. */
export const rolesText = (roles: readonly Role[]): string =>
  roles
    .map(({ name, stack, trust, rights, managed }) =>
      [
        `${name} (${stack})`,
        ...trust.map((line) => `  taken by ${line}`),
        ...rights.map(({ action, resource, condition }) => `  may ${action} on ${resource}${condition}`).sort(),
        ...[...managed].sort().map((arn) => `  holds ${arn}`),
        ...(rights.length + managed.length === 0 ? ['  may nothing'] : []),
      ].join('\n'),
    )
    .join('\n\n');

const statements = (policy: string): Json[] => list(JSON.parse(policy).Statement);
const list = <T>(value: T | readonly T[]): T[] => (Array.isArray(value) ? [...value] : [value as T]);

/** References without the hash that cdktf adds, and without what stands for the account. */
const readable = (text: string) =>
  text
    .replaceAll('${data.aws_caller_identity.Account.account_id}', '<account>')
    .replace(/\$\{(?:data\.)?([a-z_]+)\.([\w-]+?)_[0-9A-F]{8}\.[a-z_]+\}/g, '<$1 $2>');

const conditionOf = (condition: Json): string =>
  Object.entries<Json>(condition ?? {})
    .flatMap(([operator, keys]) =>
      Object.entries<Json>(keys).map(([key, value]) => ` if ${key} ${operator} ${readable(list(value).join(' or '))}`),
    )
    .join('');
