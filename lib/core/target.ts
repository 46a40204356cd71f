import type { Construct } from 'constructs';
import type { ICluster, NamespaceSpec } from './cluster';
import type { GatewayNeed } from './gateway';
import type { Images } from './images';
import type { Monitoring } from './service-manifests';
import type { IObjectStore, IPostgres } from './storage';

/** What a platform needs under its workloads. */
export interface PlatformNeeds {
  readonly namespaces: readonly (NamespaceSpec & { readonly id: string })[];
  /** Components that keep something in Postgres, by the name of their database. */
  readonly databases: readonly string[];
  /**
   * Workloads that need a key of their own for the object store, where the target makes the store; the others of a
   * namespace share one.
   */
  readonly storeUsers: readonly { readonly workload: string; readonly namespace: string }[];
  readonly images: Images;
  /** Operators that the target is to install; those that exist are nobody's business here. */
  readonly installs: Installs;
  /**
   * The Prometheus operator that scrapes what the target installs.
   * @default - nobody scrapes it
   */
  readonly monitoring?: Monitoring | undefined;
}

/** Operators by what a preset says of them. */
export interface Installs {
  readonly kueue: boolean;
  /** @default - it is there, or nobody needs it */
  readonly gateway?: GatewayNeed | undefined;
}

/** A stack below the workloads. Which resource lives in which is fixed for ever: Terraform cannot move it between states. */
export interface TargetStack {
  readonly name: 'bootstrap' | 'foundation' | 'operators' | 'data';
  readonly add: (scope: Construct) => void;
}

/**
 * Where a platform lands. One object per platform; nothing else asks which kind it is. What it hands out is known by
 * name only, so that every stack can use it without reading another stack's state.
 */
export interface ITarget {
  readonly cluster: ICluster;
  /** What destroying takes along when nothing is protected, for whoever reviews the plan. */
  readonly unprotected: string;
  /** Its Postgres, as the stack of `scope` sees it; once per stack. */
  postgres(scope: Construct): IPostgres;
  /** The bucket of its models and artifacts, as the stack of `scope` sees it; once per stack. */
  objectStore(scope: Construct): IObjectStore;
  /** In the order in which they are applied, before the workloads. */
  stacks(needs: PlatformNeeds): readonly TargetStack[];
}

/** What a target of a company's own is told about the platform. */
export interface TargetContext {
  /** Name of the platform: names everything. */
  readonly platform: string;
  /** Refuses to destroy what holds data. */
  readonly protect: boolean;
}

/**
 * Makes a target of a company's own, in the place where a preset names a ready-made one. `scope` is the platform.
 * @throws PlatformError with what cannot work
 */
export type MakeTarget = (scope: Construct, id: string, context: TargetContext) => ITarget;
