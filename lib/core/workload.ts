import type { SecretKey } from './access';
import type { NetworkRules } from './network-rules';
import type { INodePool } from './node-pool';
import type { Resources } from './resources';

/** How strictly the API server checks pods of a namespace (Pod Security Standards). */
export type PodSecurity = 'restricted' | 'baseline' | 'privileged';

/** An environment variable, by value. Secrets never come this way: they are mounted as files. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** An environment variable whose value lies in a Secret: for programs of others that read no files. */
export interface SecretVariable extends SecretKey {
  readonly name: string;
}

/** One secret value, mounted as a file of its own. */
export interface SecretFile extends SecretKey {
  /** Absolute path in the container. */
  readonly path: string;
}

/** A folder that a container may write to; what is in it survives a restart of the container, not the pod. */
export interface ScratchFolder {
  /** A DNS label, unlike those of others in the pod. */
  readonly name: string;
  /** Absolute path in the container. */
  readonly path: string;
  /** As a Kubernetes quantity: a pod that writes more is evicted. */
  readonly sizeLimit: string;
}

/** A container in the words that a service and a job share. */
export interface ContainerSpec {
  readonly image: string;
  /** @default - the image's entry point */
  readonly command?: readonly string[] | undefined;
  /** Number of the user that it runs as, for images that would run as root. @default - the image's user */
  readonly user?: number | undefined;
  /** @default - the image's arguments */
  readonly args?: readonly string[] | undefined;
  readonly variables: readonly Variable[];
  /** @default - none: our own programs read files */
  readonly secretVariables?: readonly SecretVariable[];
  readonly secretFiles: readonly SecretFile[];
  readonly resources: Resources;
  /** Extended resources such as `nvidia.com/gpu`. @default - none */
  readonly devices?: Readonly<Record<string, number>>;
  /**
   * Mounts memory at `/dev/shm`, up to the container's limit: a runtime gives 64 MiB, too little for the workers of a
   * data loader.
   * @default false
   */
  readonly sharedMemory?: boolean | undefined;
  /** The container may write to `/tmp` and its scratch folders only. */
  readonly readOnly: boolean;
  /** @default - `/tmp` only */
  readonly scratch?: readonly ScratchFolder[] | undefined;
}

/** A pod: one container on one pool, as one identity. */
export interface PodSpec {
  /** A DNS label; names the objects and is the value of `app.kubernetes.io/name`. */
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccountName: string;
  /** What its namespace asks of pods: `restricted` runs as an ordinary user, without capabilities. */
  readonly podSecurity: PodSecurity;
  readonly container: ContainerSpec;
  readonly pool: INodePool;
  readonly network: NetworkRules;
}

/** A stateless server behind a Service. */
export interface ServerSpec extends PodSpec {
  readonly port: number;
  /** TCP port of a gRPC listener. @default - it has none */
  readonly grpcPort?: number | undefined;
  readonly probes: { readonly live: string; readonly ready: string };
  readonly replicas: number;
  /**
   * Scales with CPU use, from `replicas` to `max` pods; how many there are is ignored in plans.
   * @default - the number of pods is fixed
   */
  readonly autoscaling?: { readonly max: number; readonly cpuPercent: number } | undefined;
  /**
   * Seconds for which an apply waits for new pods to be ready.
   * @default - it does not wait: what they need to be ready may come later
   */
  readonly rolloutSeconds?: number | undefined;
}

/** A program that runs once at apply and must be safe to run again. */
export interface TaskSpec extends PodSpec {
  /** Whatever this says, when it changes the task runs again; may be an expression that is known at apply only. */
  readonly runAgainWith: string;
  /** Its hash names the Job: the same input does not run twice, another input is another Job. */
  readonly input: unknown;
  readonly timeoutSeconds: number;
}

/** A template from which runs are made: a CronJob, suspended unless it has a schedule. */
export interface JobTemplateSpec extends PodSpec {
  /**
   * Cron expression.
   * @default - runs are only made on request
   */
  readonly schedule?: string | undefined;
  /** Labels on each Job, such as the queue's name. */
  readonly jobLabels: Readonly<Record<string, string>>;
  /** @default - that of pods without a class, 0 */
  readonly priorityClassName?: string | undefined;
  readonly retries: number;
  readonly timeoutSeconds: number;
}
