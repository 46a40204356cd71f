import type { IConstruct } from 'constructs';
import type { webhooks } from '../../services/registry/contract';
import type { Link, SecretKey } from '../core/access';
import { anywhere } from '../core/endpoint';
import { viaSecret } from '../core/secret-offer';

/** Events of the model registry, sent over HTTP to whoever an admin enters with MLflow's webhook API. */
export interface RegistryWebhooks {
  /**
   * Place of random text, 32 characters or longer, with which the secrets of webhooks are sealed, in the platform's namespace. You
   * bring it: with another one, each webhook needs its secret anew.
   */
  readonly encryptionKey: SecretKey;
  /**
   * `public`: https to public addresses only. `any`: also http, and addresses inside of networks, such as services of the cluster.
   * @default 'public'
   */
  readonly targets?: 'public' | 'any' | undefined;
  /**
   * Addresses of the receivers, for network policies.
   * @default - any address, on `port` only
   */
  readonly cidrs?: readonly string[] | undefined;
  /**
   * Port of the receivers, for network policies.
   * @default 443
   */
  readonly port?: number | undefined;
  /**
   * PEM certificates of the receivers' own certificate authority.
   * @default - authorities that Node trusts
   */
  readonly caCertificate?: string | undefined;
}

/** How the registry's process learns what it may send, and where its packets go. */
export function webhooksLink(resource: IConstruct, props: RegistryWebhooks): Link<typeof webhooks> {
  const { encryptionKey, targets = 'public', cidrs = anywhere, port = 443, caCertificate } = props;
  return {
    resource,
    type: 'registry-webhooks',
    values: { targets, caCertificate },
    offers: [viaSecret(() => ({ encryptionKey }))],
    destination: { kind: 'addresses', cidrs, port },
  };
}
