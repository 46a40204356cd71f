import { createHash } from 'node:crypto';
import { Lazy } from 'cdktf';

/** What somebody may do, to what. */
export interface IamGrant {
  /** `s3:GetObject`; no stars. */
  readonly actions: readonly string[];
  /** ARNs. A lone star only where AWS has no other resource for the actions. */
  readonly resources: readonly string[];
  /**
   * As in a policy: `{ StringLike: { 's3:prefix': ['models/*'] } }`.
   * @default - none
   */
  readonly condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> | undefined;
}

/** A grant with the name of what it lets into. */
export interface NamedGrant extends IamGrant {
  readonly name: string;
}

/** A policy of grants that are known when the stack is written; their tokens are resolved first, so that ids are stable. */
export const policy = (grants: () => readonly NamedGrant[]): string =>
  Lazy.stringValue({ produce: (context) => policyDocument(context.resolve(grants())) });

/** Characters of a policy; what is known at apply only counts as short. */
export const policySize = (grants: readonly NamedGrant[]) => policyDocument(grants).length;

/**
 * A policy as JSON: one statement per grant, sorted. A statement's id says what it lets into, and ends with a hash of what
 * it allows: removing a link removes its statement and changes no other one.
 */
function policyDocument(grants: readonly NamedGrant[]): string {
  const statements = new Map(grants.map((grant) => [statementId(grant), statementOf(grant)]));
  const sorted = [...statements].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: sorted.map(([Sid, statement]) => ({ Sid, ...statement })),
  });
}

const statementOf = ({ actions, resources, condition }: IamGrant) => ({
  Effect: 'Allow',
  Action: [...actions].sort(),
  Resource: [...resources].sort(),
  ...(condition ? { Condition: condition } : {}),
});

function statementId(grant: NamedGrant): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(statementOf(grant)))
    .digest('hex')
    .slice(0, 8);
  // letters and digits only, as IAM wants it
  return `${grant.name.replace(/[^A-Za-z0-9]/g, '')}${hash}`;
}

const trust = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

/** Who may take a role: a service of AWS. */
export const serviceTrust = (service: 'eks' | 'ec2') =>
  trust({ Effect: 'Allow', Principal: { Service: `${service}.amazonaws.com` }, Action: ['sts:AssumeRole'] });

/**
 * Who may take a role: pods of one ServiceAccount in one cluster. Without the conditions any association of the account
 * would do. Source: EKS user guide, "Create IAM role with trust policy required by EKS Pod Identity".
 */
export const podTrust = (cluster: string, namespace: string, serviceAccount: string) =>
  trust({
    Effect: 'Allow',
    Principal: { Service: 'pods.eks.amazonaws.com' },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: {
      StringEquals: {
        'aws:RequestTag/eks-cluster-name': cluster,
        'aws:RequestTag/kubernetes-namespace': namespace,
        'aws:RequestTag/kubernetes-service-account': serviceAccount,
      },
    },
  });
