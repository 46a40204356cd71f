import { Construct } from 'constructs';
import type { Link } from '../core/access';
import type { ICluster } from '../core/cluster';
import { report } from '../core/errors';
import { names, platformNameProblems } from '../core/names';
import type { Capacity, INodePool } from '../core/node-pool';
import type { PodSecurity } from '../core/workload';
import type { IRegistry } from '../registry/registry';
import { type JobProps, TrainingJob } from './job';
import { kueueManifests, queueName } from './kueue';
import { priorities } from './priorities';

export interface TrainingClusterProps {
  readonly cluster: ICluster;
  /** Name of the platform; jobs run in the namespace `<platform>-jobs`. */
  readonly platform: string;
  /**
   * Every job logs to it, through `MLFLOW_TRACKING_URI`.
   * @default - jobs are told nothing
   */
  readonly registry?: IRegistry | undefined;
  /**
   * `kueue`: jobs wait in a queue whose quotas are what the pools have; Kueue must be in the cluster.
   * `off`: jobs start at once, and only the scheduler's priorities order them.
   * @default 'off'
   */
  readonly queue?: 'kueue' | 'off' | undefined;
  /**
   * What the jobs' namespace asks of pods, so that jobs are shaped for it: most Python images run as root and need
   * `baseline`.
   * @default 'restricted'
   */
  readonly podSecurity?: PodSecurity | undefined;
}

/** Runs training on the pools of a cluster: jobs as templates, a queue with quotas, retraining before experiments. */
export class TrainingCluster extends Construct {
  private readonly props: TrainingClusterProps;

  constructor(scope: Construct, id: string, props: TrainingClusterProps) {
    super(scope, id);
    this.props = props;
    for (const problem of platformNameProblems(props.platform)) report(this, problem);
    for (const { id: priority, ...spec } of priorities(props.platform)) props.cluster.addPriority(this, priority, spec);
    if (props.queue === 'kueue') this.addQueue();
  }

  /**
   * A job that `mlops run` starts, or its schedule. Nothing runs at apply. A job that cannot work is reported with all
   * other problems when the app is synthesized.
   * @param name a DNS label of at most 40 characters; names the template
   */
  addJob(name: string, props: JobProps): TrainingJob {
    const { cluster, platform, registry, queue, podSecurity = 'restricted' } = this.props;
    const uses: Record<string, Link> = registry ? { mlflow: registry.client(), ...props.uses } : { ...props.uses };
    const twin = this.node.tryFindChild(name);
    if (twin) {
      report(this, { what: 'two jobs have one name', got: `'${name}' again`, do: 'give one of them another name' });
      return twin as TrainingJob;
    }
    return new TrainingJob(this, name, {
      ...props,
      name,
      cluster,
      platform,
      podSecurity,
      uses,
      queue: queue === 'kueue' ? queueName : undefined,
    });
  }

  private addQueue(): void {
    const { cluster, platform } = this.props;
    const namespace = names.jobsNamespace(platform);
    const pools = cluster.pools.filter(
      (pool): pool is INodePool & { readonly capacity: Capacity } => pool.capacity !== undefined && !pool.retiring,
    );
    if (pools.length === 0) {
      report(this, {
        what: `cluster '${cluster.clusterName}' has no pool that a quota could be made of`,
        got: cluster.pools.map(({ poolName }) => `'${poolName}'`).join(', ') || 'none',
        do: "add one to pools, or set queue to 'off'",
      });
      return;
    }
    const manifests = kueueManifests({ platform, namespace, pools, priorities: priorities(platform) });
    cluster.addManifests(this, 'Queue', { release: 'training-queue', namespace, manifests });
  }
}
