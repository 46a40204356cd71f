import { tracking } from './0001-tracking';
import { modelRegistry } from './0002-model-registry';
import { runInputs } from './0003-run-inputs';
import { loggedModels } from './0004-logged-models';
import { access } from './0005-access';
import { webhooks } from './0006-webhooks';
import { searchOfMetrics } from './0007-search-of-metrics';
import { fewerChecks } from './0008-fewer-checks';

/** In order of their names. A released one never changes: the next issue adds the next file. */
export const migrations = {
  '0001-tracking': tracking,
  '0002-model-registry': modelRegistry,
  '0003-run-inputs': runInputs,
  '0004-logged-models': loggedModels,
  '0005-access': access,
  '0006-webhooks': webhooks,
  '0007-search-of-metrics': searchOfMetrics,
  '0008-fewer-checks': fewerChecks,
};
