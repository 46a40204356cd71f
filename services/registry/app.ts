import { createHttp, type Http } from '../kit/http';
import type { Log } from '../kit/log';
import type { ObjectStore } from '../kit/object-store';
import type { Check } from '../kit/readiness';
import { addArtifactList } from './artifacts/list';
import { addArtifactProxy } from './artifacts/proxy';
import { registryContract } from './contract';
import { addExperiments } from './experiments/routes';
import type { ExperimentStore } from './experiments/store';
import { addLoggedModels } from './logged-models/routes';
import { codes } from './protocol/errors';
import { underMlflow } from './protocol/routes';
import { invalidText } from './protocol/values';
import { addRuns } from './runs/routes';
import type { RunStore } from './runs/store';
import { addServerInfo } from './server/routes';

export interface RegistryDeps {
  readonly log: Log;
  readonly experiments: ExperimentStore;
  readonly runs: RunStore;
  readonly artifacts: ObjectStore;
  readonly maxUploadMib: number;
  /** What must be there before the service takes requests, by name. */
  readonly checks: Readonly<Record<string, Check>>;
}

/** The registry as an HTTP server that listens to nothing yet. */
export function buildApp(deps: RegistryDeps): Http {
  const { log, checks, experiments, runs, artifacts } = deps;
  const app = createHttp({ contract: registryContract, log, checks, codes, invalidText });
  addServerInfo(app);
  underMlflow(app, 'mlflow', (routes) => {
    addExperiments(routes, experiments);
    addRuns(routes, runs);
    addArtifactList(routes, runs, artifacts);
    addLoggedModels(routes);
  });
  underMlflow(app, 'mlflow-artifacts', (routes) => addArtifactProxy(routes, artifacts, deps.maxUploadMib));
  return app;
}
