import { type RawBuilder, sql } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import { type Page, pageOf } from '../protocol/pages';
import type { Db } from '../tables';
import { noModel, noVersion } from './errors';
import { forgetAliases, lockModel } from './postgres-aliases';
import { unnestTags } from './postgres-models';
import { notDeleted, toVersion, type VersionRow, versionAliases, versionColumns } from './rows';
import { conditionsOf, orderOf, versionSearch } from './search';
import { deletedStage, type Stage } from './stages';
import type { ModelQuery, ModelVersion, NewVersion, VersionOrigin, VersionStore } from './store';

export class PostgresVersions implements VersionStore {
  constructor(private readonly db: Db) {}

  async create(version: NewVersion): Promise<ModelVersion> {
    const { name, source, storageLocation, runId, runLink, loggedModelId, description, tags } = version;
    const now = Date.now();
    const { rows } = await sql<{ version: number }>`
      with model as (
        update registered_models set last_version = last_version + 1, last_updated_time = ${now}
        where name = ${name} returning model_id, last_version),
      created as (
        insert into model_versions (model_id, version, creation_time, last_updated_time, description, source,
          storage_location, run_id, run_link, logged_model_id)
        select model_id, last_version, ${now}, ${now}, ${description}, ${source}, ${storageLocation}, ${runId}, ${runLink},
          ${loggedModelId ?? null} from model),
      tagged as (
        insert into model_version_tags (model_id, version, key, value)
        select model_id, last_version, key, value from model, ${unnestTags(tags)})
        ${loggedModelId === undefined ? sql`` : linkTo(loggedModelId, name)}
      select last_version as version from model`.execute(this.db);
    const [created] = rows;
    if (created === undefined) throw noModel(name);
    const times = { creationTime: now, lastUpdatedTime: now };
    return { name, ...created, ...times, description, stage: 'None', source, runId, runLink, tags, aliases: [] };
  }

  async get(name: string, version: number): Promise<ModelVersion> {
    return this.only(name, version, this.db);
  }

  async update(name: string, version: number, description: string | undefined): Promise<ModelVersion> {
    await sql`
      update model_versions v set description = ${description ?? null}, last_updated_time = ${Date.now()}
      from registered_models m where ${named(name, version)}`.execute(this.db);
    return this.get(name, version);
  }

  delete(name: string, version: number): Promise<void> {
    return this.db.transaction().execute(async (tx) => {
      const now = Date.now();
      await lockModel(tx, name);
      // What MLflow writes over a deleted version (mlflow 3.17.2, delete_model_version).
      const { rows } = await sql<{ model_id: string }>`
        update model_versions v set current_stage = ${deletedStage}, last_updated_time = ${now}, description = null,
          source = 'REDACTED-SOURCE-PATH', storage_location = '', run_id = 'REDACTED-RUN-ID',
          run_link = 'REDACTED-RUN-LINK', logged_model_id = null
        from registered_models m where ${named(name, version)} returning v.model_id`.execute(tx);
      const [deleted] = rows;
      if (deleted === undefined) throw noVersion(name, version);
      await forgetAliases(tx, sql`a.model_id = ${deleted.model_id} and a.version = ${version}`, now);
      await sql`update registered_models set last_updated_time = ${now} where name = ${name}`.execute(tx);
    });
  }

  async search(query: ModelQuery): Promise<Page<ModelVersion>> {
    const conditions = conditionsOf(query.filter, versionSearch);
    const order = orderOf(query.orderBy, versionSearch);
    const { rows } = await sql<VersionRow>`
      select ${versionColumns} from model_versions v join registered_models m using (model_id)
      where ${sql.join([notDeleted, ...conditions], sql` and `)}
      order by ${sql.join(order)} offset ${query.offset} limit ${query.limit + 1}`.execute(this.db);
    return pageOf(rows.map(toVersion), query);
  }

  transition(name: string, version: number, stage: Stage, archive: boolean): Promise<ModelVersion> {
    return this.db.transaction().execute(async (tx) => {
      const now = Date.now();
      // One transition of a model at a time: two that archive what they find would otherwise both stay.
      await lockModel(tx, name);
      const { rows } = await sql`
        with moved as (
          update model_versions v set current_stage = ${stage}, last_updated_time = ${now}
          from registered_models m where ${named(name, version)} returning v.model_id),
        archived as (
          update model_versions v set current_stage = 'Archived', last_updated_time = ${now}
          from moved where v.model_id = moved.model_id and v.version <> ${version} and v.current_stage = ${stage}
            and ${archive})
        update registered_models m set last_updated_time = ${now}
        from moved where m.model_id = moved.model_id returning m.model_id`.execute(tx);
      if (rows.length === 0) throw noVersion(name, version);
      return this.only(name, version, tx);
    });
  }

  async origin(name: string, version: number): Promise<VersionOrigin> {
    const { rows } = await sql<{ storage_location: string; logged_model_id: string | null }>`
      select v.storage_location, v.logged_model_id from model_versions v, registered_models m
      where ${named(name, version)}`.execute(this.db);
    const [row] = rows;
    if (row === undefined) throw noVersion(name, version);
    return { storageLocation: row.storage_location, loggedModelId: row.logged_model_id ?? undefined };
  }

  async setTag(name: string, version: number, { key, value }: KeyValue): Promise<void> {
    const { rows } = await sql`
      with version as (
        select v.model_id, v.version from model_versions v, registered_models m
        where ${named(name, version)} for key share of v)
      insert into model_version_tags (model_id, version, key, value)
      select model_id, version, ${key}, ${value} from version
      on conflict (model_id, version, key) do update set value = excluded.value returning version`.execute(this.db);
    if (rows.length === 0) throw noVersion(name, version);
  }

  async deleteTag(name: string, version: number, key: string): Promise<void> {
    const { rows } = await sql`
      with version as (
        select v.model_id, v.version from model_versions v, registered_models m where ${named(name, version)}),
      gone as (
        delete from model_version_tags t using version
        where t.model_id = version.model_id and t.version = version.version and t.key = ${key})
      select version from version`.execute(this.db);
    if (rows.length === 0) throw noVersion(name, version);
  }

  private async only(name: string, version: number, db: Db): Promise<ModelVersion> {
    const { rows } = await sql<VersionRow>`
      select ${versionColumns}, ${versionAliases} from model_versions v, registered_models m
      where ${named(name, version)}`.execute(db);
    const [row] = rows;
    if (row === undefined) throw noVersion(name, version);
    return toVersion(row);
  }
}

/** Tells the logged model, if it is there, that a version was made from it, as MLflow's pages read it. */
const linkTo = (loggedModelId: string, name: string) => sql`, linked as (
  insert into logged_model_tags as t (model_id, key, value)
  select l.model_id, 'mlflow.modelVersions',
    jsonb_build_array(jsonb_build_object('name', ${name}::text, 'version', last_version))::text
  from model, logged_models l where l.model_id = ${loggedModelId}
  on conflict (model_id, key) do update set value = (t.value::jsonb || excluded.value::jsonb)::text)`;

/** Over `model_versions v` and `registered_models m`. */
const named = (name: string, version: number): RawBuilder<boolean> =>
  sql<boolean>`m.name = ${name} and v.model_id = m.model_id and v.version = ${version} and ${notDeleted}`;
