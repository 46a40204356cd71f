import { z } from 'zod';
import type { Http } from '../../kit/http';
import { invalid } from '../protocol/errors';
import { list } from '../protocol/values';
import type { DatasetStore, DatasetSummary } from './store';

/** Most experiments of one request (mlflow 3.17.2, server/handlers.py). */
const mostExperiments = 20;

/** The datasets that MLflow's web page offers as filters of runs. */
export function addDatasets(routes: Http, store: DatasetStore): void {
  const search = z.object({ experiment_ids: list(z.string()) });
  routes.post('/experiments/search-datasets', { schema: { body: search } }, async ({ body }) => {
    const { experiment_ids: ids } = body;
    if (ids.length === 0) throw invalid('SearchDatasets request must specify at least one experiment_id.');
    if (ids.length > mostExperiments)
      throw invalid(
        `SearchDatasets request cannot specify more than ${mostExperiments} experiment_ids. Received ${ids.length} experiment_ids.`,
      );
    return { dataset_summaries: (await store.search(ids)).map(toJson) };
  });
}

const toJson = ({ experimentId, name, digest, context }: DatasetSummary) => ({
  experiment_id: experimentId,
  name,
  digest,
  context,
});
