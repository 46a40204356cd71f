import { createHash } from 'node:crypto';
import { PlatformError, type Problem } from '../core/errors';

/** What AWS allows of one kind of name. */
interface Rule {
  /** As it stands in errors. */
  readonly what: string;
  readonly longest: number;
  /** @default 1 */
  readonly shortest?: number | undefined;
  readonly pattern: RegExp;
  readonly hint: string;
}

const dashes = 'use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit';

/**
 * Limits. Sources: EKS CreateCluster (1–100) and managed node groups (63, of which Terraform's suffix takes 26); IAM
 * CreateRole (64); S3 general purpose bucket naming rules (3–63, no two dots, not `xn--` or `-s3alias`); RDS
 * CreateDBInstance (1–63, no two dashes in a row); ECR CreateRepository (2–256); KMS CreateAlias (256); Secrets Manager
 * CreateSecret (512); CloudWatch Logs CreateLogGroup (512); Elastic Load Balancing CreateLoadBalancer and
 * CreateTargetGroup (32).
 */
const rules = {
  cluster: { what: 'EKS cluster', longest: 100, pattern: /^[a-z0-9][a-z0-9_-]*$/, hint: dashes },
  nodeGroupPrefix: { what: 'EKS node group prefix', longest: 37, pattern: /^[a-z0-9][a-z0-9_-]*$/, hint: dashes },
  role: {
    what: 'IAM role',
    longest: 64,
    pattern: /^[\w+=,.@-]+$/,
    hint: "use letters, digits and any of '+=,.@-_'",
  },
  bucket: {
    what: 'S3 bucket',
    shortest: 3,
    longest: 63,
    pattern: /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(\.\.|-s3alias$|--ol-s3$))[a-z0-9][a-z0-9.-]*[a-z0-9]$/,
    hint: dashes,
  },
  database: { what: 'RDS instance', longest: 63, pattern: /^[a-z](?!.*--)([a-z0-9-]*[a-z0-9])?$/, hint: dashes },
  repository: {
    what: 'ECR repository',
    shortest: 2,
    longest: 256,
    pattern: /^[a-z0-9]+([._/-][a-z0-9]+)*$/,
    hint: 'use lower-case letters, digits and single dashes or slashes',
  },
  key: { what: 'KMS alias', longest: 256, pattern: /^alias\/(?!aws\/)[\w/-]+$/, hint: dashes },
  secret: { what: 'Secrets Manager secret', longest: 512, pattern: /^[\w/+=.@-]+$/, hint: dashes },
  loadBalancer: {
    what: 'load balancer or target group',
    longest: 32,
    pattern: /^(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/,
    hint: "use letters, digits and dashes, not starting with 'internal-'",
  },
  logGroup: { what: 'log group', longest: 512, pattern: /^[\w/.#-]+$/, hint: dashes },
} as const satisfies Record<string, Rule>;

/** A kind of name that AWS limits. */
export type AwsNameKind = keyof typeof rules;

/** Everything that AWS would refuse of a name. */
export function awsNameProblems(kind: AwsNameKind, name: string): Problem[] {
  const rule: Rule = rules[kind];
  const { what, longest, shortest = 1, pattern, hint } = rule;
  const problems: Problem[] = [];
  if (!pattern.test(name)) {
    problems.push({ what: `name of ${what} has characters that AWS refuses`, got: `'${name}'`, do: hint });
  }
  if (name.length > longest || name.length < shortest) {
    const fix = name.length > longest ? `shorten it by ${name.length - longest}` : 'make it longer';
    const limit = name.length > longest ? `is longer than ${longest}` : `is shorter than ${shortest}`;
    problems.push({ what: `name of ${what} ${limit} characters`, got: `'${name}' (${name.length})`, do: fix });
  }
  return problems;
}

function checked(kind: AwsNameKind, name: string): string {
  const problems = awsNameProblems(kind, name);
  if (problems.length > 0) throw new PlatformError(...problems);
  return name;
}

/** Roles of the platform itself, one of each per cluster. */
export type PlatformRole = 'eks-cluster' | 'eks-node';

/**
 * Names on AWS: pure functions of the platform's name and an id, so that every stack writes the same literal. Each
 * throws a PlatformError where AWS would refuse the name.
 */
export const awsNames = {
  cluster: (platform: string) => checked('cluster', platform),
  /** Prefix of the node groups of a pool in one zone: `system-a-`. */
  nodeGroupPrefix: (pool: string, zone: string) => checked('nodeGroupPrefix', `${pool}-${zone}-`),
  role: (platform: string, role: PlatformRole) => checked('role', `${platform}-${role}`),
  /**
   * Role of a workload: `acme.registry`, `acme-jobs.train`; outside the platform's own namespaces
   * `acme.kube-system.aws-node`; where that is too long and both are called the same, `acme..aws-load-balancer-controller`.
   * Dots, because names of namespaces and workloads have none: no two can meet.
   */
  workloadRole: (cluster: string, namespace: string, workload: string) => {
    if (isOwn(cluster, namespace)) return checked('role', `${namespace}.${workload}`);
    const whole = `${cluster}.${namespace}.${workload}`;
    return checked(
      'role',
      whole.length > rules.role.longest && namespace === workload ? `${cluster}..${workload}` : whole,
    );
  },
  /**
   * Buckets share one name space with all AWS accounts.
   * @param account makes it unique: an account's id, or a company's name
   */
  bucket: (platform: string, id: string, account: string) => checked('bucket', `${platform}-${id}-${account}`),
  database: (platform: string, id = 'postgres') => checked('database', `${platform}-${id}`),
  repository: (platform: string, image: string) => checked('repository', `${platform}/${image}`),
  key: (platform: string, id: string) => checked('key', `alias/${platform}-${id}`),
  secret: (platform: string, id: string) => checked('secret', `${platform}/${id}`),
  loadBalancer: (platform: string) => checked('loadBalancer', within32(`${platform}-gateway`)),
  targetGroup: (platform: string, listener: string) => checked('loadBalancer', within32(`${platform}-${listener}`)),
  /** Where EKS writes the logs of a control plane; the name is EKS's own. */
  clusterLogGroup: (cluster: string) => checked('logGroup', `/aws/eks/${cluster}/cluster`),
};

/** A platform's name may be so long that nothing fits behind it: then a hash of the whole stands for what is cut off. */
const within32 = (name: string) =>
  name.length <= 32 ? name : `${name.slice(0, 23)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;

const isOwn = (cluster: string, namespace: string) => namespace === cluster || namespace.startsWith(`${cluster}-`);
