import { sql, type Transaction } from 'kysely';
import type { Tables } from '../tables';
import type { DatasetInput, ModelOutput } from './store';

type Tx = Transaction<Tables>;

/** Of a dataset that the run already has, the first tags stay: logging it again changes nothing. */
export async function writeDatasets(
  tx: Tx,
  runId: string,
  experimentId: string,
  inputs: readonly DatasetInput[],
): Promise<void> {
  const datasets = inputs.map(({ dataset }) => dataset);
  const texts = <K extends keyof (typeof datasets)[number]>(field: K) => datasets.map((d) => d[field] ?? null);
  const tags = inputs.map((input) => JSON.stringify(Object.fromEntries(input.tags.map((tag) => [tag.key, tag.value]))));
  await sql`
    insert into datasets (experiment_id, name, digest, source_type, source, schema, profile)
    select ${experimentId}::bigint, d.* from unnest(${texts('name')}::text[], ${texts('digest')}::text[],
      ${texts('sourceType')}::text[], ${texts('source')}::text[], ${texts('schema')}::text[], ${texts('profile')}::text[])
      as d (name, digest, source_type, source, schema, profile)
    order by name, digest
    on conflict do nothing`.execute(tx);
  await sql`
    insert into run_datasets (run_id, dataset_id, tags, logged_at, place)
    select ${runId}::uuid, datasets.dataset_id, i.tags, ${Date.now()}::bigint, i.place
    from unnest(${texts('name')}::text[], ${texts('digest')}::text[], ${tags}::jsonb[]) with ordinality
      as i (name, digest, tags, place)
    join datasets on datasets.experiment_id = ${experimentId} and datasets.name = i.name and datasets.digest = i.digest
    order by dataset_id
    on conflict do nothing`.execute(tx);
}

export async function writeModelInputs(tx: Tx, runId: string, modelIds: readonly string[]): Promise<void> {
  await sql`
    insert into run_models (run_id, role, model_id)
    select ${runId}::uuid, 'input', id from unnest(${modelIds}::text[]) as id order by id
    on conflict do nothing`.execute(tx);
}

/** False when one of them was already there: then nothing may be kept. */
export async function writeModelOutputs(tx: Tx, runId: string, models: readonly ModelOutput[]): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into run_models (run_id, role, model_id, step)
    select ${runId}::uuid, 'output', id, step
    from unnest(${models.map((m) => m.modelId)}::text[], ${models.map((m) => m.step)}::bigint[]) as m (id, step) order by id
    on conflict do nothing`.execute(tx);
  return Number(numAffectedRows) === models.length;
}
