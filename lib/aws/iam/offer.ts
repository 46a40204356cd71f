import type { AccessOffer, SecretRefs } from '../../core/access';
import type { IamGrant } from './statement';

/** Lets in whoever's IAM role may do what the grants say. */
export interface IamOffer extends AccessOffer<'iam'> {
  readonly grants: readonly IamGrant[];
  /**
   * Secrets that are needed beside the role.
   * @default - none: the role is enough
   */
  readonly refs?: ((workload: string) => SecretRefs) | undefined;
}

/** An offer of actions × resources, to be listed before those by Secret. */
export const viaIam = (grants: readonly IamGrant[], refs?: IamOffer['refs']): IamOffer => ({
  kind: 'iam',
  grants,
  ...(refs ? { refs } : {}),
});

export const isIamOffer = (offer: AccessOffer): offer is IamOffer => offer.kind === 'iam';
