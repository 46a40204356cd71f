import type { IConstruct } from 'constructs';
import { z } from 'zod';
import type { Connection } from '../../services/kit/contract';
import type { Destination, Link } from '../core/access';

/** An MLflow tracking server, as the `mlflow` client's own variables name it. */
export const mlflow = {
  type: 'mlflow' as const,
  env: { trackingUri: z.url() },
  secrets: {},
} satisfies Connection;

/** Use it under the name `mlflow`: the variable is then `MLFLOW_TRACKING_URI`, which the client reads by itself. */
export const mlflowLink = (
  resource: IConstruct,
  trackingUri: string,
  destination: Destination,
): Link<typeof mlflow> => ({
  resource,
  type: 'mlflow',
  values: { trackingUri },
  offers: [],
  destination,
});
