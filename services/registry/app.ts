import { createHttp, type Http } from '../kit/http';
import type { Log } from '../kit/log';
import type { ObjectStore } from '../kit/object-store';
import type { DirectAccess } from '../kit/object-store-direct';
import type { Check } from '../kit/readiness';
import { addDirectArtifacts } from './artifacts/direct';
import { addArtifactList } from './artifacts/list';
import { addArtifactProxy } from './artifacts/proxy';
import type { Authenticator } from './auth/authenticator';
import { addGuard } from './auth/guard';
import { addTokens } from './auth/routes';
import { registryContract } from './contract';
import { addDatasets } from './datasets/routes';
import { addExperiments } from './experiments/routes';
import { addLineage } from './lineage/routes';
import { addLoggedModels } from './logged-models/routes';
import { addMetrics } from './metrics/routes';
import { addModelRegistry } from './models/routes';
import { addOpenApi } from './openapi';
import { codes } from './protocol/errors';
import { underMlflow } from './protocol/routes';
import { invalidText } from './protocol/values';
import { addRunInputs } from './runs/input-routes';
import { addRunLog } from './runs/log-routes';
import { addRuns } from './runs/routes';
import { addServerInfo, protocolVersion } from './server/routes';
import type { Stores } from './stores';
import { addDeliveries } from './webhooks/delivery-routes';
import { addWebhooks, type Sending } from './webhooks/routes';

export interface RegistryDeps extends Stores {
  readonly log: Log;
  readonly artifacts: ObjectStore;
  readonly maxUploadMib: number;
  /** Lets clients send and fetch large artifacts past the registry. @default - everything passes through it */
  readonly direct?: DirectAccess | undefined;
  /** Says who sends a request. @default - nobody is asked */
  readonly authenticator?: Authenticator | undefined;
  /** Sends events. @default - webhooks cannot be made */
  readonly sending?: Sending | undefined;
  /** What must be there before the service takes requests, by name. */
  readonly checks: Readonly<Record<string, Check>>;
}

/** The registry as an HTTP server that listens to nothing yet. */
export function buildApp(deps: RegistryDeps): Http {
  const { log, checks, experiments, runs, artifacts } = deps;
  const app = createHttp({ contract: registryContract, log, checks, codes, invalidText });
  const { probes, metrics } = registryContract;
  const open = [probes.live, probes.ready, metrics, '/health'];
  addOpenApi(app, { version: protocolVersion, open: deps.authenticator && open });
  if (deps.authenticator) {
    addGuard(app, deps.authenticator, open);
    addTokens(app, deps.tokens, deps.authenticator);
  }
  addServerInfo(app, { direct: deps.direct !== undefined });
  underMlflow(app, 'mlflow', (routes) => {
    addExperiments(routes, experiments);
    addRuns(routes, runs);
    addRunLog(routes, deps.runLog);
    addRunInputs(routes, deps.runLog);
    addMetrics(routes, deps.metrics);
    addDatasets(routes, deps.datasets);
    addArtifactList(routes, runs, artifacts);
    addLoggedModels(routes, deps.loggedModels, artifacts);
    addModelRegistry(routes, deps.modelRegistry);
    addWebhooks(routes, deps.webhooks, deps.sending);
  });
  underMlflow(app, 'mlflow-artifacts', (routes) => addArtifactProxy(routes, artifacts, deps.maxUploadMib));
  underMlflow(app, 'mlflow-artifacts', (routes) => addDirectArtifacts(routes, deps.direct));
  addLineage(app, deps.lineage, artifacts);
  addDeliveries(app, deps.webhooks, deps.deliveries);
  return app;
}
