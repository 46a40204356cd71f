import { at, type Block, type Written } from './written';

/** A statement of a policy with lists where a policy may have lone values. */
export interface Statement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Of all kinds: accounts, services, `*`. */
  readonly principals: readonly string[];
  readonly condition: unknown;
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);

/** The statements of a policy; none where it is not known before apply. */
export function statementsOf(policy: unknown): Statement[] {
  if (typeof policy !== 'string' || !policy.trimStart().startsWith('{')) return [];
  const { Statement: statements } = JSON.parse(policy) as { Statement?: unknown };
  return (Array.isArray(statements) ? statements : [statements]).map((statement) => {
    const principal = at(statement, 'Principal');
    return {
      effect: String(at(statement, 'Effect')),
      actions: texts(at(statement, 'Action')),
      resources: texts(at(statement, 'Resource')),
      principals:
        typeof principal === 'object' && principal !== null
          ? Object.values(principal).flatMap(texts)
          : texts(principal),
      condition: at(statement, 'Condition'),
    };
  });
}

/** A pattern of a policy and what it stands for. */
const covers = (pattern: string, action: string) =>
  new RegExp(`^${pattern.replace(/[.?+^$(){}|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(action);

/** Somebody may do something by a statement that allows it. */
export const allows = (statements: readonly Statement[], principal: RegExp, action: string) =>
  statements.some(
    ({ effect, principals, actions }) =>
      effect === 'Allow' && principals.some((one) => principal.test(one)) && actions.some((one) => covers(one, action)),
  );

/** The key that a value names, by reference or by the alias of another stack; undefined when somebody else made it. */
export function keyOf(written: Written, from: Block, value: unknown): Block | undefined {
  const [named] = written.named(from, value);
  if (named?.type === 'aws_kms_key') return named;
  if (named?.type !== 'aws_kms_alias') return undefined;
  const alias = written.of('aws_kms_alias').find(({ attributes }) => attributes.name === named.attributes.name);
  return alias && written.named(alias, alias.attributes.target_key_id)[0];
}
