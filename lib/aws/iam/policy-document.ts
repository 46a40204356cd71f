/** One statement of an IAM or key policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  /** Who; in policies of a resource, and in the trust of a role. @default - the role that has the policy */
  readonly Principal?: { readonly AWS: string } | { readonly Service: string };
  readonly Action: readonly string[];
  /** @default - the trust of a role has none */
  readonly Resource?: readonly string[];
  /** @default - always */
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A policy as AWS takes it: JSON, in which tokens stay tokens. */
export const policyDocument = (...statements: readonly PolicyStatement[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
