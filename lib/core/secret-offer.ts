import type { AccessOffer, SecretRefs } from './access';

/** Lets in whoever shows credentials that lie in a Kubernetes Secret. */
export interface SecretOffer extends AccessOffer<'secret'> {
  /** Places of the credentials for one workload, by its name; undefined where it has none. */
  readonly refs: (workload: string) => SecretRefs | undefined;
}

export const viaSecret = (refs: SecretOffer['refs']): SecretOffer => ({ kind: 'secret', refs });

export const isSecretOffer = (offer: AccessOffer): offer is SecretOffer => offer.kind === 'secret';
