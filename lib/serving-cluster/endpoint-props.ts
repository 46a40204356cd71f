import type { Resources } from '../core/resources';
import type { ServerOptions } from '../core/service';
import type { Duration, Memory, ShortDuration } from '../core/units';

/** A second model behind the same host names, for a share of the requests. */
export interface Canary {
  /** As the endpoint's own: `models:/NAME@ALIAS` or `models:/NAME/VERSION`. */
  readonly model: string;
  /** Percent of the requests through the gateway, 0 to 100. Callers inside the cluster reach it by its own Service only. */
  readonly weight: number;
  /**
   * Number of its pods.
   * @default 1
   */
  readonly replicas?: number | undefined;
}

/** Requests that run as one while the model is busy. An idle model never waits. */
export interface Batching {
  /** Most requests of one run, 2 or more. */
  readonly size: number;
  /**
   * Longest that a request waits for others.
   * @default '2 milliseconds'
   */
  readonly window?: ShortDuration | undefined;
}

/** What every engine has. */
export interface EndpointOptions extends Pick<ServerOptions, 'replicas' | 'autoscaling'> {
  /** `models:/NAME@ALIAS`, which is watched: moving the alias changes what is served; or `models:/NAME/VERSION`. */
  readonly model: string;
  /**
   * Name of the model in the protocol's paths, `/v2/models/NAME`; the canary answers to it, too.
   * @default - the name in `model`
   */
  readonly modelName?: string | undefined;
  /** @default - every request goes to `model` */
  readonly canary?: Canary | undefined;
  /**
   * Compute of one pod.
   * @default - from `need` and `threads`: half a CPU per thread, up to one more than threads; memory: need + 256 MiB, up to 2 × need + 512 MiB
   */
  readonly resources?: Resources | undefined;
  /**
   * `apply` waits so long for new pods to serve; the old ones serve meanwhile.
   * @default - it does not wait: an endpoint may be there before its model
   */
  readonly rolloutTimeout?: Duration | undefined;
  /**
   * From the arrival of a request to its answer, where the client says nothing.
   * @default '30 seconds'
   */
  readonly requestTimeout?: ShortDuration | undefined;
  /**
   * DNS name for REST, through the gateway. Callers reach `/v2/models` and `/v2/health` there, and not the calls that load and unload.
   * @default - reached inside the cluster only
   */
  readonly hostname?: string | undefined;
  /**
   * DNS name for gRPC, through the gateway: another than `hostname`, because a listener takes one kind of route for a name.
   * @default - reached inside the cluster only
   */
  readonly grpcHostname?: string | undefined;
  /**
   * Share of the requests that are written to the inference log, 0 to 1, where the cluster has one.
   * @default 1
   */
  readonly sample?: number | undefined;
  /**
   * Largest model, all files of a version together. The folder of fetched files has room for four of them.
   * @default '1 GiB'
   */
  readonly maxModel?: Memory | undefined;
  /**
   * Largest request.
   * @default '64 MiB'
   */
  readonly maxRequest?: Memory | undefined;
  /**
   * Large requests that are not yet answered, all together in each pod: large is what has more than this over `queue`. One beyond them is
   * refused with 429, unless it is the only large one; so a request of `maxRequest` is always taken when it is alone.
   * @default '64 MiB'
   */
  readonly maxHeld?: Memory | undefined;
  /**
   * Most requests that wait; the next one is refused with 429.
   * @default 256
   */
  readonly queue?: number | undefined;
}

/** ONNX models on CPUs. */
export interface OnnxEngine {
  /** @default 'onnx' */
  readonly engine?: 'onnx' | undefined;
  /** What one loaded version takes with one batch of requests. */
  readonly need: {
    /** Of the node: the engine runs on CPUs. */
    readonly memory: Memory;
    /** @default - none: what needs one needs another engine */
    readonly accelerator?: undefined;
    /** @default - none */
    readonly count?: undefined;
  };
  /**
   * Threads within one operator of the model.
   * @default 1
   */
  readonly threads?: number | undefined;
  /** @default - each request runs alone */
  readonly batching?: Batching | undefined;
}

/** A model behind an address. `engine` says what else there is to say. */
export type EndpointProps = EndpointOptions & OnnxEngine;
