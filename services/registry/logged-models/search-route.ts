import type { z } from 'zod';
import type { Http } from '../../kit/http';
import { invalid } from '../protocol/errors';
import { pagingOf } from '../protocol/pages';
import { search } from './fields';
import { modelToJson } from './json';
import { offsetOf, tokenOf } from './page-token';
import type { DatasetRef, LoggedModelStore } from './store';

/** Models of one page where the client does not say, and where it says 0 (mlflow 3.17.2). */
const byDefault = { unsaid: 50, zero: 100 };

export function addLoggedModelSearch(routes: Http, store: Pick<LoggedModelStore, 'search'>): void {
  routes.post('/logged-models/search', { schema: { body: search } }, async ({ body }) => {
    const { experiment_ids: experimentIds, filter, order_by: asked } = body;
    const query = { experimentIds, filter, orderBy: asked };
    const { limit } = pagingOf({ max_results: (body.max_results ?? byDefault.unsaid) || byDefault.zero });
    const offset = offsetOf(body.page_token, query);
    const orderBy = asked.map((order) => ({
      field: order.field_name,
      ascending: order.ascending,
      dataset: { name: order.dataset_name || undefined, digest: order.dataset_digest || undefined },
    }));
    const page = await store.search({ ...query, datasets: body.datasets.map(datasetOf), orderBy, offset, limit });
    return {
      models: page.items.map(modelToJson),
      next_page_token: page.nextPageToken && tokenOf(offset + limit, query),
    };
  });
}

type Dataset = z.output<typeof search>['datasets'][number];

function datasetOf({ dataset_name: name, dataset_digest: digest }: Dataset): DatasetRef {
  if (name === '') throw invalid('`dataset_name` in the `datasets` clause must be specified.');
  return { name, digest: digest || undefined };
}
