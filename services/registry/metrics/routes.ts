import { z } from 'zod';
import type { Http } from '../../kit/http';
import { invalid } from '../protocol/errors';
import { pagingFields, pagingOf } from '../protocol/pages';
import { int64, missingText, optional, repeated, required, seeDocs, text } from '../protocol/values';
import { idOf, runRef } from '../runs/fields';
import { metricToJson } from '../runs/json';
import type { MetricHistory, MetricOfRun } from './store';

/** Most runs and points of one request (mlflow 3.17.2, server/handlers.py). */
const mostRuns = 100;
const mostPoints = 25_000;
const mostSampled = 2500;

/** The histories of metrics: for a client that reads one, and for the charts of MLflow's web page. */
export function addMetrics(routes: Http, history: MetricHistory): void {
  const one = z.object({ ...runRef, metric_key: required(), ...pagingFields });
  routes.get('/metrics/get-history', { schema: { querystring: one } }, async ({ query }) => {
    const { max_results: limit, page_token } = query;
    if (limit !== undefined && limit < 1)
      throw invalid(`Invalid value ${limit} for parameter 'max_results' supplied. It must be a positive integer.`);
    const { offset } = pagingOf({ page_token });
    const page = await history.ofRun(idOf(query), query.metric_key, { offset, limit });
    return { metrics: page.items.map(metricToJson), next_page_token: page.nextPageToken };
  });

  const bulk = z.object({ run_id: repeated(z.string()), metric_key: text(), max_results: optional(int64()) });
  routes.get('/metrics/get-history-bulk', { schema: { querystring: bulk } }, async ({ query }) => {
    const { run_id: runIds, metric_key: key, max_results: limit = mostPoints } = query;
    if (runIds.length === 0) throw invalid('GetMetricHistoryBulk request must specify at least one run_id.');
    if (runIds.length > mostRuns)
      throw invalid(
        `GetMetricHistoryBulk request cannot specify more than ${mostRuns} run_ids. Received ${runIds.length} run_ids.`,
      );
    if (key === undefined) throw invalid('GetMetricHistoryBulk request must specify a metric_key.');
    const points = await history.ofRuns(runIds, key, Math.min(Math.max(limit, 0), mostPoints));
    return { metrics: points.map(toJson) };
  });

  const interval = z.object({
    run_ids: repeated(z.string()),
    metric_key: required(),
    start_step: optional(int64()),
    end_step: optional(int64()),
    max_results: optional(int64()),
  });
  routes.get('/metrics/get-history-bulk-interval', { schema: { querystring: interval } }, async ({ query }) => {
    const { run_ids: runIds, metric_key: key, max_results: limit = mostSampled } = query;
    if (runIds.length === 0) throw invalid(missingText('run_ids'));
    if (runIds.length > mostRuns)
      throw invalid(
        `GetMetricHistoryBulkInterval request must specify at most ${mostRuns} run_ids. Received ${runIds.length} run_ids. ${seeDocs}`,
      );
    if (limit < 1 || limit > mostSampled) throw invalid(`max_results must be between 1 and ${mostSampled}. ${seeDocs}`);
    const points = await history.sample({ runIds, key, limit, steps: stepsOf(query.start_step, query.end_step) });
    return { metrics: points.map(toJson) };
  });
}

function stepsOf(from: number | undefined, to: number | undefined): { from: number; to: number } | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined || to === undefined)
    throw invalid('If either start step or end step are specified, both must be specified.');
  if (from > to)
    throw invalid(`end_step must be greater than start_step. Found start_step=${from} and end_step=${to}.`);
  return { from, to };
}

const toJson = ({ runId, ...metric }: MetricOfRun) => ({ ...metricToJson(metric), run_id: runId });
