import { sql } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import type { Db } from '../tables';
import { type RunRow, toInfo } from './rows';
import type { Dataset, Metric, ModelOutput, Run } from './store';

/** What belongs to one run, as JSON of the database: there, a number that JSON does not have is text. */
interface Data {
  readonly metrics: readonly (Omit<Metric, 'value'> & { readonly value: number | string })[];
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly datasets: readonly { readonly dataset: Dataset; readonly tags: Readonly<Record<string, string>> }[];
  readonly models: readonly (ModelOutput & { readonly role: 'input' | 'output' })[];
}

/** Adds to runs everything that a client sees of them: one statement for a thousand runs as for one. */
export async function withData(db: Db, runs: readonly RunRow[]): Promise<Run[]> {
  if (runs.length === 0) return [];
  const { rows } = await sql<Data>`
    select
      (select coalesce(json_agg(json_build_object('key', key, 'value', value, 'timestamp', timestamp, 'step', step) order by key),
        '[]') from latest_metrics m where m.run_id = r.run_id) as metrics,
      (select coalesce(json_agg(json_build_object('key', key, 'value', value) order by key), '[]')
        from params p where p.run_id = r.run_id) as params,
      (select coalesce(json_agg(json_build_object('key', key, 'value', value) order by key), '[]')
        from tags t where t.run_id = r.run_id) as tags,
      (select coalesce(json_agg(json_build_object('tags', tags, 'dataset', json_build_object('name', name, 'digest', digest,
        'sourceType', source_type, 'source', source, 'schema', schema, 'profile', profile)) order by logged_at, place), '[]')
        from run_datasets i join datasets using (dataset_id) where i.run_id = r.run_id) as datasets,
      (select coalesce(json_agg(json_build_object('modelId', model_id, 'step', step, 'role', role) order by step, model_id), '[]')
        from run_models m where m.run_id = r.run_id) as models
    from unnest(${runs.map((run) => run.run_id)}::uuid[]) with ordinality as r (run_id, place) order by r.place`.execute(
    db,
  );
  return runs.map((run, index) => ({ ...toInfo(run), ...toData(rows[index] as Data) }));
}

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
