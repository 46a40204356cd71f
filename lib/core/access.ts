import type { IConstruct } from 'constructs';
import type { z } from 'zod';
import type { Connection, Shape } from '../../services/kit/contract';

/** The place of a secret value: a key of a Kubernetes Secret in the namespace of the workload that reads it. */
export interface SecretKey {
  readonly secretName: string;
  readonly key: string;
}

/** Places of a connection's secrets, by the contract's field names. */
export type SecretRefs = Readonly<Record<string, SecretKey>>;

/** One way to be let in. Each target adds its own kinds; a resource lists them best first. */
export interface AccessOffer<Kind extends string = string> {
  readonly kind: Kind;
}

/** Where packets of a link go, for the network policies of both ends. */
export type Destination =
  | { readonly kind: 'addresses'; readonly cidrs: readonly string[]; readonly port: number }
  | {
      readonly kind: 'pods';
      readonly namespace: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly port: number;
      /** A label that the caller's pods carry; the other end lets in who has it. */
      readonly callerLabel: string;
    };

/** Fields of a shape that may be left out. */
export type OptionalField<S extends Shape> = { [K in keyof S]: undefined extends z.input<S[K]> ? K : never }[keyof S];

/** What a resource hands to a workload that uses it: values to connect with, and the ways to be let in, best first. */
export interface Link<C extends Connection = Connection> {
  readonly resource: IConstruct;
  readonly type: C['type'];
  readonly values: { readonly [F in Exclude<keyof C['env'], OptionalField<C['env']>>]: string } & {
    readonly [F in OptionalField<C['env']>]?: string | undefined;
  };
  readonly offers: readonly AccessOffer[];
  /**
   * How a workload gets the secrets: programs of others, which read no files, take variables.
   * @default 'files'
   */
  readonly secretsAs?: 'files' | 'variables' | undefined;
  readonly destination: Destination;
}

/** Who a workload is. Takes the first offer that it understands and says which secrets that needs. */
export interface IIdentity extends IConstruct {
  readonly serviceAccountName: string;
  /** @throws PlatformError when it understands none of the link's offers */
  accept(link: Link): SecretRefs;
}
