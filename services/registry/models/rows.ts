import { type RawBuilder, sql } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import { deletedStage, type Stage, stages } from './stages';
import type { ModelVersion, RegisteredModel } from './store';

/** Integers of 64 bits are text from the driver and numbers within JSON. */
type Int64 = string | number;

export interface VersionRow {
  name: string;
  version: number;
  creation_time: Int64;
  last_updated_time: Int64;
  description: string | null;
  current_stage: Stage;
  source: string;
  run_id: string;
  run_link: string;
  tags: KeyValue[];
  aliases?: string[];
}

export interface ModelRow {
  name: string;
  creation_time: Int64;
  last_updated_time: Int64;
  description: string | null;
  tags: KeyValue[];
  aliases: { alias: string; version: number }[];
  latest_versions: VersionRow[];
}

const asJson = (rows: RawBuilder<unknown>, order: RawBuilder<unknown>) =>
  sql`(select coalesce(json_agg(r order by ${order}), '[]') from (${rows}) r)`;

/** Over `model_versions v` and `registered_models m`. */
export const versionColumns = sql`m.name, v.version, v.creation_time, v.last_updated_time, v.description, v.current_stage,
  v.source, v.run_id, v.run_link, ${asJson(
    sql`select t.key, t.value from model_version_tags t where t.model_id = v.model_id and t.version = v.version`,
    sql`key`,
  )} as tags`;

export const versionAliases = sql`array(
  select a.alias from registered_model_aliases a
  where a.model_id = v.model_id and a.version = v.version order by a.alias) as aliases`;

/** Of each of the stages the version with the highest number, as `v`, one probe of the index for each. */
export const latestOf = (wanted: readonly Stage[]) => sql`
  unnest(${wanted}::text[]) as stage (stage) cross join lateral (
    select * from model_versions v
    where v.model_id = m.model_id and v.current_stage = stage.stage order by v.version desc limit 1) v`;

/** Over `registered_models m`. */
export const modelColumns = sql`m.name, m.creation_time, m.last_updated_time, m.description,
  ${asJson(sql`select t.key, t.value from registered_model_tags t where t.model_id = m.model_id`, sql`key`)} as tags,
  ${asJson(
    sql`select a.alias, a.version from registered_model_aliases a where a.model_id = m.model_id`,
    sql`alias`,
  )} as aliases,
  ${asJson(sql`select ${versionColumns} from ${latestOf(stages)}`, sql`version`)} as latest_versions`;

export const notDeleted = sql<boolean>`v.current_stage <> ${sql.lit(deletedStage)}`;

export const toVersion = (row: VersionRow): ModelVersion => ({
  name: row.name,
  version: row.version,
  creationTime: Number(row.creation_time),
  lastUpdatedTime: Number(row.last_updated_time),
  description: row.description ?? undefined,
  stage: row.current_stage,
  source: row.source,
  runId: row.run_id,
  runLink: row.run_link,
  tags: row.tags,
  aliases: row.aliases ?? [],
});

export const toModel = (row: ModelRow): RegisteredModel => ({
  name: row.name,
  description: row.description ?? undefined,
  creationTime: Number(row.creation_time),
  lastUpdatedTime: Number(row.last_updated_time),
  latestVersions: row.latest_versions.map(toVersion),
  tags: row.tags,
  aliases: row.aliases,
});
