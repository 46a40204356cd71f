import { Construct } from 'constructs';
import type { Destination, Link, SecretKey } from '../core/access';
import type { ICluster } from '../core/cluster';
import { linkEnvironment } from '../core/environment';
import { attempt, PlatformError, type Problem } from '../core/errors';
import { nameProblems, names } from '../core/names';
import { linkedPods } from '../core/network-rules';
import type { PoolNeed } from '../core/node-pool';
import { type Resources, resourceProblems } from '../core/resources';
import { type Duration, seconds } from '../core/units';
import type { PodSecurity } from '../core/workload';
import { type Priority, priorityName } from './priorities';

export interface JobProps {
  /** Image of the training container. */
  readonly image: string;
  /** @default - the image's entry point */
  readonly command?: readonly string[] | undefined;
  /** @default - the image's arguments */
  readonly args?: readonly string[] | undefined;
  /**
   * Variables that hold no secret.
   * @default - none beside those of its links
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * Variables whose values lie in Secrets of the jobs' namespace, by name: tokens of a hub of models or of a tracker.
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, SecretKey>> | undefined;
  /**
   * What it connects to, by name: `data: store.read()` gives `DATA_BUCKET` and so on. `mlflow` is there already.
   * @default - the registry only
   */
  readonly uses?: Readonly<Record<string, Link>> | undefined;
  /**
   * Addresses that it may reach beside its links, such as a package index or a hub of models.
   * @default - none: network policies refuse everything else
   */
  readonly egress?: readonly { readonly cidrs: readonly string[]; readonly port: number }[] | undefined;
  /**
   * The accelerator that it needs, by memory or by name, and how many.
   * @default - none: it runs on a CPU pool
   */
  readonly need?: Omit<PoolNeed, 'purpose'> | undefined;
  /**
   * Compute of its container.
   * @default - 1 CPU up to 4, 4 GiB of memory
   */
  readonly resources?: Resources | undefined;
  /** @default 'experiments' */
  readonly priority?: Priority | undefined;
  /**
   * Cron expression.
   * @default - runs on request only: `mlops run NAME`
   */
  readonly schedule?: string | undefined;
  /**
   * How often a failed run is tried again.
   * @default 0
   */
  readonly retries?: number | undefined;
  /**
   * A run that takes longer is stopped.
   * @default '24 hours'
   */
  readonly timeout?: Duration | undefined;
}

export interface TrainingJobProps extends JobProps {
  readonly name: string;
  readonly cluster: ICluster;
  readonly platform: string;
  readonly podSecurity: PodSecurity;
  /** Name of the queue that it waits in; undefined starts it at once. */
  readonly queue: string | undefined;
}

/** A pod's name adds up to 23 characters to its template's, and may have 63. */
const longestName = 40;

const defaultResources: Resources = {
  requests: { cpu: '1', memory: '4Gi' },
  limits: { cpu: '4', memory: '4Gi' },
};

/** The template of a training job: what it runs, on which pool, with which links. Its problems carry its path. */
export class TrainingJob extends Construct {
  constructor(scope: Construct, id: string, props: TrainingJobProps) {
    super(scope, id);
    attempt(this, () => this.addTemplate(props));
  }

  private addTemplate(props: TrainingJobProps): void {
    const { cluster, name, platform, need, resources = defaultResources } = props;
    const problems = [
      ...nameProblems('the job', name, longestName),
      ...resourceProblems(resources),
      ...scheduleProblems(props.schedule),
      ...variableProblems('a variable', Object.keys(props.env ?? {}), 'correct it in env'),
      ...variableProblems('a variable', Object.keys(props.secrets ?? {}), 'correct it in secrets'),
      ...variableProblems('a link', Object.keys(props.uses ?? {}), 'correct it in uses, variables begin with it'),
    ];
    if (problems.length > 0) throw new PlatformError(...problems);
    const namespace = names.jobsNamespace(platform);
    const pool = cluster.pool({ purpose: props.priority ?? 'experiments', ...need });
    const identity = cluster.addIdentity(this, 'Identity', { name, namespace });
    const links = Object.entries(props.uses ?? {}).map(([use, link]) => linkEnvironment(use, link, identity));
    const destinations: Destination[] = [
      ...Object.values(props.uses ?? {}).map((link) => link.destination),
      ...(props.egress ?? []).map((addresses) => ({ kind: 'addresses' as const, ...addresses })),
    ];
    const env = Object.entries(props.env ?? {}).map(([variable, value]) => ({ name: variable, value }));
    const secrets = Object.entries(props.secrets ?? {}).map(([variable, key]) => ({ name: variable, ...key }));
    const priority = priorityName(platform, props.priority ?? 'experiments');

    cluster.addJobTemplate(this, 'Template', {
      name,
      namespace,
      ...linkedPods(cluster, { platform, destinations }),
      jobLabels: props.queue
        ? { 'kueue.x-k8s.io/queue-name': props.queue, 'kueue.x-k8s.io/priority-class': priority }
        : {},
      serviceAccountName: identity.serviceAccountName,
      podSecurity: props.podSecurity,
      container: {
        image: props.image,
        command: props.command,
        args: props.args,
        variables: [...links.flatMap(({ variables }) => variables), ...env],
        secretVariables: [...links.flatMap(({ secretVariables }) => secretVariables), ...secrets],
        secretFiles: links.flatMap(({ secretFiles }) => secretFiles),
        resources,
        devices: pool.device ? { [pool.device.resourceName]: need?.count ?? 1 } : {},
        sharedMemory: true,
        readOnly: false,
      },
      pool,
      schedule: props.schedule,
      priorityClassName: priority,
      retries: props.retries ?? 0,
      timeoutSeconds: seconds(props.timeout ?? '24 hours'),
    });
  }
}

const variableProblems = (what: string, names: readonly string[], advice: string): Problem[] =>
  names
    .filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map((name) => ({ what: `the name of ${what} may hold letters, digits and _`, got: `'${name}'`, do: advice }));

/** Five fields, or a name such as `@daily`; what stands in a field is the API server's to judge. */
const scheduleProblems = (schedule: string | undefined): Problem[] =>
  schedule === undefined || /^(@[a-z]+|\S+( \S+){4})$/.test(schedule)
    ? []
    : [
        {
          what: 'schedule is not a cron expression',
          got: `'${schedule}'`,
          do: "give five fields, '0 3 * * 1' for Mondays at three",
        },
      ];
