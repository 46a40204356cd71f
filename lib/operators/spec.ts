import type { ChartSpec } from '../core/cluster';
import type { INodePool } from '../core/node-pool';
import type { Resources } from '../core/resources';
import type { PodSecurity } from '../core/workload';

export { mergeMaps as mergeValues } from '../core/maps';

/** An image that an operator starts, by itself or through its controller. */
export interface OperatorImage {
  /** With the tag that the chart's version stands for. */
  readonly image: string;
  /** Paths of the values that set it. */
  readonly values: readonly string[];
  /**
   * What such a value holds: `registry/name:tag`, `registry/name`, `registry` with the folders before the name, or the
   * registry's host alone.
   */
  readonly takes: 'reference' | 'repository' | 'registry' | 'host';
  readonly startedBy: 'chart' | 'controller';
  /** Of the program in it, as SPDX writes it where it has a name there. */
  readonly licence: string;
  /** The subchart whose values the first part of the path belongs to. @default - the chart itself */
  readonly subchart?: string;
}

/** TCP ports of an operator's pods, for its network policy; DNS is always open. */
export interface OperatorNetwork {
  /** From anywhere: webhooks are called by the API server, whose address is nobody's to know. */
  readonly ingress: readonly number[] | 'any';
  readonly egress: readonly number[] | 'any';
}

/** One third-party operator: its chart, and what must be known of it to run it. */
export interface OperatorSpec {
  readonly chart: ChartSpec;
  /** What its namespace must let its pods do. */
  readonly podSecurity: PodSecurity;
  readonly images: readonly OperatorImage[];
  readonly network: OperatorNetwork;
  /**
   * The service account that needs rights in the cloud, made by the chart; a Pod Identity association names it.
   * @default - it needs none
   */
  readonly serviceAccount?: string | undefined;
}

/** How a Prometheus operator finds a ServiceMonitor. */
export interface Monitoring {
  /**
   * Labels that it looks for.
   * @default - none: it takes every ServiceMonitor
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** What can be said about every operator. */
export interface OperatorOptions {
  /**
   * Where its pods run: a pool, or the two fields of one.
   * @default - any node without taints
   */
  readonly pool?: Pick<INodePool, 'nodeSelector' | 'tolerations'> | undefined;
  /**
   * Makes ServiceMonitors with these labels, for a Prometheus operator that is there.
   * @default - none
   */
  readonly monitoring?: Monitoring | undefined;
  /**
   * Values of the chart for whatever has no prop here; merged last.
   * @default - none
   */
  readonly values?: Readonly<Record<string, unknown>> | undefined;
}

/** Ports at which API servers listen behind the Service `kubernetes`. */
export const apiServer = [443, 6443] as const;

/** The pool's side of a pod, as almost every chart calls it. */
export const placement = ({ pool }: OperatorOptions) =>
  pool
    ? { nodeSelector: { ...pool.nodeSelector }, tolerations: pool.tolerations.map((toleration) => ({ ...toleration })) }
    : {};

/** Requests, and the same memory as the limit: a controller that leaks is restarted before it takes its node along. */
export const resources = (cpu: string, memory: string, cpuLimit = '1'): Resources => ({
  requests: { cpu, memory },
  limits: { cpu: cpuLimit, memory },
});
