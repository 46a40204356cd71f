import type { IConstruct } from 'constructs';
import type { mlflow } from '../../services/kit/connections';
import type { Destination, Link, SecretKey } from '../core/access';
import { viaSecret } from '../core/secret-offer';

/** For callers whose network policies let them reach the server and not its bucket. */
export const throughServer = { enableProxyMultipartUpload: 'false', enableProxyMultipartDownload: 'false' };

/**
 * Use it under the name `mlflow`: the variables are then `MLFLOW_TRACKING_URI` and, where the server asks for a token,
 * `MLFLOW_TRACKING_TOKEN`. The client reads both by itself, and reads no file.
 */
export function mlflowLink(
  resource: IConstruct,
  trackingUri: string,
  destination: Destination,
  trackingToken: SecretKey | undefined,
): Link<typeof mlflow> {
  const refs = trackingToken && { trackingToken };
  const offers = refs ? [viaSecret(() => refs)] : [];
  return { resource, type: 'mlflow', values: { trackingUri }, offers, secretsAs: 'variables', destination };
}
