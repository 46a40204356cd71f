import { type RawBuilder, sql } from 'kysely';
import { noVersion } from '../models/errors';
import { promptTag } from '../models/prompts';
import { notDeleted, toVersion, type VersionRow, versionAliases, versionColumns } from '../models/rows';
import { pageOf } from '../protocol/pages';
import { contextTag } from '../runs/search';
import type { Db } from '../tables';
import { approvalTag } from './lineage';
import type { InventoryQuery, LineageStore, Making, MakingRun } from './store';

type Row = VersionRow & { storage_location: string; logged_model_id: string | null; run: MakingRun | null };

interface InventoryRow {
  name: string;
  alias: string;
  version: number;
  since: string;
  approval: string | null;
  current_stage: string;
  run_id: string;
  creation_time: string;
}

export class PostgresLineage implements LineageStore {
  constructor(private readonly db: Db) {}

  async making(name: string, version: number): Promise<Making> {
    const { rows } = await sql<Row>`
      select ${versionColumns}, ${versionAliases}, v.storage_location, v.logged_model_id, ${runOfVersion} as run
      from model_versions v join registered_models m using (model_id)
      where m.name = ${name} and v.version = ${version} and ${notDeleted}`.execute(this.db);
    const [row] = rows;
    if (row === undefined) throw noVersion(name, version);
    return {
      version: toVersion(row),
      storageLocation: row.storage_location,
      loggedModelId: row.logged_model_id ?? undefined,
      run: row.run ?? undefined,
    };
  }

  async inventory(query: InventoryQuery) {
    const named = query.aliases.length > 0 ? sql`a.alias = any(${query.aliases}::text[])` : sql`true`;
    const { rows } = await sql<InventoryRow>`
      select m.name, a.alias, a.version, a.since, v.current_stage, v.run_id, v.creation_time, t.value as approval
      from registered_model_aliases a
      join registered_models m using (model_id)
      join model_versions v using (model_id, version)
      left join model_version_tags t on t.model_id = a.model_id and t.version = a.version and t.key = ${approvalTag}
      where ${named} and not exists (
        select 1 from registered_model_tags p where p.model_id = m.model_id and p.key = ${promptTag} and p.value = 'true')
      order by m.name, a.alias offset ${query.offset} limit ${query.limit + 1}`.execute(this.db);
    return pageOf(
      rows.map((row) => ({
        name: row.name,
        alias: row.alias,
        version: String(row.version),
        since: new Date(Number(row.since)).toISOString(),
        approval: row.approval,
        stage: row.current_stage,
        run_id: row.run_id || null,
        created: new Date(Number(row.creation_time)).toISOString(),
      })),
      query,
    );
  }
}

const listOf = (rows: RawBuilder<unknown>) => sql`(select coalesce(json_agg(x), '[]') from (${rows}) x)`;

/** Over `model_versions v`: an id that cannot be one of our runs is no error, such a run is not here. */
const runOfVersion = sql`(
  select json_build_object(
    'id', v.run_id, 'name', r.name, 'experimentId', e.experiment_id::text, 'experimentName', e.name, 'userId', r.user_id,
    'status', r.status, 'lifecycleStage', r.lifecycle_stage, 'startTime', r.start_time, 'endTime', r.end_time,
    'artifactUri', r.artifact_uri,
    'params', ${listOf(sql`select key, value from params where run_id = r.run_id order by key`)},
    'metrics', ${listOf(sql`select key, value, step, timestamp from latest_metrics where run_id = r.run_id order by key`)},
    'tags', ${listOf(sql`select key, value from tags where run_id = r.run_id order by key`)},
    'datasets', ${listOf(sql`
      select d.name, d.digest, d.source_type, d.source, d.schema, i.tags ->> ${sql.lit(contextTag)} as context
      from run_datasets i join datasets d using (dataset_id) where i.run_id = r.run_id order by d.dataset_id`)},
    'inputModels', (
      select coalesce(json_agg(model_id order by model_id), '[]') from run_models where run_id = r.run_id and role = 'input'))
  from runs r join experiments e using (experiment_id)
  where r.run_id = case when v.run_id ~ '^[0-9a-f]{32}$' then v.run_id::uuid end)`;
