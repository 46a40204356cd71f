import { ServiceAccountV1 } from '@cdktf/provider-kubernetes/lib/service-account-v1';
import { Construct } from 'constructs';
import type { IIdentity, Link, SecretRefs } from '../core/access';
import { PlatformError } from '../core/errors';
import { isSecretOffer } from '../core/secret-offer';
import { objectLabels } from './labels';

export interface SecretIdentityProps {
  readonly name: string;
  readonly namespace: string;
  readonly clusterName: string;
  /**
   * Secrets of its namespace with credentials of image registries.
   * @default - none: images are pulled without
   */
  readonly imagePullSecrets?: readonly string[] | undefined;
}

/** A workload known to the cluster by its ServiceAccount, and to everything else by credentials in Secrets. */
export class SecretIdentity extends Construct implements IIdentity {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: ServiceAccountV1;
  readonly serviceAccountName: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: SecretIdentityProps,
  ) {
    super(scope, id);
    this.resource = new ServiceAccountV1(this, 'Resource', {
      metadata: { name: props.name, namespace: props.namespace, labels: objectLabels(props.name) },
      automountServiceAccountToken: false,
      imagePullSecret: (props.imagePullSecrets ?? []).map((name) => ({ name })),
    });
    this.serviceAccountName = this.resource.metadata.name;
  }

  accept(link: Link): SecretRefs {
    const { name, clusterName } = this.props;
    if (link.offers.length === 0) return {};
    const offer = link.offers.find(isSecretOffer);
    if (!offer) {
      throw new PlatformError({
        what: `'${name}' cannot be let into ${link.resource.node.path}: cluster '${clusterName}' understands only 'secret'`,
        got: link.offers.map(({ kind }) => `'${kind}'`).join(', '),
        do: 'give the resource credentials in a Secret, or run on a cluster of its cloud',
      });
    }
    const refs = offer.refs(name);
    if (refs) return refs;
    throw new PlatformError({
      what: `${link.resource.node.path} has no credentials for '${name}'`,
      got: 'neither its own nor default ones',
      do: `add credentials for '${name}', or credentials.default`,
    });
  }
}
