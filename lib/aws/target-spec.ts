import type { Memory } from '../core/units';
import type { ChartMirror } from '../kubernetes/chart';
import type { BudgetSpec } from './budget';
import type { ApiAccess } from './eks/api-access';
import type { EksVersion } from './eks/versions';
import type { NodePools } from './nodes/pool';
import type { RdsInstanceClass } from './rds/instance-class';
import type { Region, ZoneLetter } from './regions';

/** A platform on AWS, as a preset says it. */
export interface AwsTargetSpec {
  readonly region: Region;
  /** Something of yours that makes the names of buckets unique in all of AWS, such as the account's number. */
  readonly account: string;
  /** Who reaches the API server of the cluster: a choice that nobody can make for you. */
  readonly apiAccess: ApiAccess;
  /** ARNs of the IAM roles that may do everything in the cluster; the one that runs Terraform must be among them. */
  readonly admins: readonly string[];
  /** @default - 10.0.0.0/16 in the region's first two zones, with one NAT gateway */
  readonly network?:
    | {
        /** @default '10.0.0.0/16' */
        readonly cidr?: string | undefined;
        /**
         * Addresses of Kubernetes Services, which cannot be changed later.
         * @default '172.20.0.0/16'
         */
        readonly serviceCidr?: string | undefined;
        /**
         * Networks that this one is or will be connected to: none may overlap with it.
         * @default - nothing is compared
         */
        readonly otherNetworks?: readonly string[] | undefined;
        /** @default - the region's first two */
        readonly zones?: readonly ZoneLetter[] | undefined;
        /** @default 'one' */
        readonly nat?: 'one' | 'per-zone' | undefined;
      }
    | undefined;
  /** @default '1.35' */
  readonly kubernetesVersion?: EksVersion | undefined;
  /**
   * Nodes by pool; `system` must be among them.
   * @default - 2 to 4 m7i.xlarge for everything without an accelerator, 0 to 2 L40S for training, 0 to 2 L4 for serving
   */
  readonly pools?: NodePools | undefined;
  /**
   * What the platform may cost, and who hears of it.
   * @default - nobody watches what it costs, and a note says so
   */
  readonly budget?: BudgetSpec | undefined;
  /**
   * Where third-party charts come from: a registry, a repository, or a folder with `<name>-<version>.tgz`.
   * @default - each chart's own repository
   */
  readonly chartMirror?: ChartMirror | undefined;
  /**
   * Registry that holds copies of third-party images, each under its whole name: `registry.example.com/mirror`.
   * @default - each image's own registry
   */
  readonly imageRegistry?: string | undefined;
  readonly postgres: {
    /**
     * PEM certificates of RDS in the region.
     * @default - an error, unless sslMode is 'require'
     */
    readonly caCertificate?: string | undefined;
    /** @default 'verify-full' */
    readonly sslMode?: 'require' | 'verify-full' | undefined;
    /** @default 'db.t4g.medium' */
    readonly instanceClass?: RdsInstanceClass | undefined;
    /** @default '50 GiB' */
    readonly storage?: Memory | undefined;
    /** @default false */
    readonly multiAz?: boolean | undefined;
    /** @default 7 */
    readonly backupDays?: number | undefined;
    /** @default 'window' */
    readonly applyChanges?: 'window' | 'now' | undefined;
    /**
     * Raise it by one to give every role a new password.
     * @default 1
     */
    readonly passwordRevision?: number | undefined;
  };
}

/** What the parts of the target share. */
export interface AwsPlace extends AwsTargetSpec {
  readonly platform: string;
  readonly zones: readonly ZoneLetter[];
  readonly pools: NodePools;
  readonly protect: boolean;
}

/** The base of the scale table: one shared CPU pool, and accelerators that start from zero. */
export const basePools: NodePools = {
  system: {
    instanceTypes: ['m7i.xlarge'],
    min: 2,
    max: 4,
    purposes: ['services', 'processing', 'training', 'serving'],
  },
  training: { accelerator: 'L40S', min: 0, max: 2, purposes: ['training'] },
  serving: { accelerator: 'L4', min: 0, max: 2, purposes: ['serving'] },
};

/** Buckets of a platform. */
export type BucketId = 'data' | 'features' | 'models';
export const bucketIds: readonly BucketId[] = ['data', 'features', 'models'];
