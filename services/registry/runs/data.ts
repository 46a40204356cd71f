import { sql } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import { type RunRow, toInfo } from './rows';
import type { Dataset, Metric, ModelOutput, Run } from './store';

/** What belongs to one run, as JSON of the database: there, a number that JSON does not have is text. */
export interface Data {
  readonly metrics: readonly (Omit<Metric, 'value'> & { readonly value: number | string })[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly datasets: readonly { readonly dataset: Dataset; readonly tags: Readonly<Record<string, string>> }[];
  readonly models: readonly (ModelOutput & { readonly role: 'input' | 'output' })[];
}

/** Columns of `Data` beside those of `runs`: one statement for a thousand runs as for one. */
export const dataColumns = sql`
  (select coalesce(json_agg(json_build_object('key', key, 'value', value, 'timestamp', timestamp, 'step', step) order by key),
    '[]') from latest_metrics m where m.run_id = runs.run_id) as metrics,
  (select coalesce(json_agg(json_build_object('key', key, 'value', value) order by key), '[]')
    from params p where p.run_id = runs.run_id) as params,
  (select coalesce(json_agg(json_build_object('key', key, 'value', value) order by key), '[]')
    from tags t where t.run_id = runs.run_id) as tags,
  (select coalesce(json_agg(json_build_object('tags', i.tags, 'dataset', json_build_object('name', d.name, 'digest', d.digest,
    'sourceType', d.source_type, 'source', d.source, 'schema', d.schema, 'profile', d.profile)) order by i.logged_at, i.place), '[]')
    from run_datasets i join datasets d using (dataset_id) where i.run_id = runs.run_id) as datasets,
  (select coalesce(json_agg(json_build_object('modelId', model_id, 'step', step, 'role', role) order by step, model_id), '[]')
    from run_models m where m.run_id = runs.run_id) as models`;

/** A row of `runs` with `dataColumns`. */
export const toRun = (row: RunRow & Data): Run => ({ ...toInfo(row), ...toData(row) });

const toData = ({ metrics, params, tags, datasets, models }: Data) => ({
  metrics: metrics.map((metric) => ({ ...metric, value: Number(metric.value) })),
  params,
  tags,
  inputs: {
    datasets: datasets.map(({ dataset, tags }) => ({
      dataset: { ...dataset, schema: dataset.schema ?? undefined, profile: dataset.profile ?? undefined },
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    })),
    models: models.filter(({ role }) => role === 'input').map(({ modelId }) => modelId),
    outputs: models.filter(({ role }) => role === 'output').map(({ modelId, step }) => ({ modelId, step })),
  },
});
