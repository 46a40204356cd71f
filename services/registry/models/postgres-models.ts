import { type RawBuilder, sql } from 'kysely';
import type { KeyValue } from '../protocol/entities';
import { alreadyExists } from '../protocol/errors';
import { type Page, pageOf } from '../protocol/pages';
import type { Db } from '../tables';
import { nameIsTaken, noModel } from './errors';
import { hasPromptTag, promptTag } from './prompts';
import {
  latestOf,
  type ModelRow,
  modelColumns,
  toModel,
  toVersion,
  type VersionRow,
  versionAliases,
  versionColumns,
} from './rows';
import { conditionsOf, modelSearch, orderOf } from './search';
import type { Stage } from './stages';
import type { ModelQuery, ModelStore, ModelVersion, NewModel, RegisteredModel } from './store';

export class PostgresModels implements ModelStore {
  constructor(private readonly db: Db) {}

  async create({ name, description, tags }: NewModel): Promise<RegisteredModel> {
    const now = Date.now();
    const { rows } = await sql`
      with model as (
        insert into registered_models (name, description, creation_time, last_updated_time)
        values (${name}, ${description ?? null}, ${now}, ${now}) on conflict (name) do nothing returning model_id),
      tagged as (
        insert into registered_model_tags (model_id, key, value)
        select model_id, key, value from model, ${unnestTags(tags)})
      select model_id from model`.execute(this.db);
    if (rows.length === 0) throw nameIsTaken(name, await this.isPrompt(name), hasPromptTag(tags));
    return { name, description, creationTime: now, lastUpdatedTime: now, latestVersions: [], tags, aliases: [] };
  }

  async get(name: string): Promise<RegisteredModel> {
    const [model] = await this.select(sql`where m.name = ${name}`);
    if (model === undefined) throw noModel(name);
    return model;
  }

  async rename(name: string, newName: string): Promise<RegisteredModel> {
    const renamed = sql`
      with model as (
        update registered_models set name = ${newName}, last_updated_time = ${Date.now()}
        where name = ${name} returning model_id, last_updated_time),
      versions as (
        update model_versions v set last_updated_time = model.last_updated_time
        from model where v.model_id = model.model_id)
      select model_id from model`;
    const { rows } = await renamed.execute(this.db).catch((error: { code?: string }) => {
      const uniqueViolation = '23505';
      throw error.code === uniqueViolation
        ? alreadyExists(`Registered Model (name=${newName}) already exists.`)
        : error;
    });
    if (rows.length === 0) throw noModel(name);
    return this.get(newName);
  }

  async update(name: string, description: string): Promise<RegisteredModel> {
    const { rows } = await sql`
      update registered_models set description = ${description}, last_updated_time = ${Date.now()}
      where name = ${name} returning model_id`.execute(this.db);
    if (rows.length === 0) throw noModel(name);
    return this.get(name);
  }

  async delete(name: string): Promise<void> {
    const { rows } = await sql`delete from registered_models where name = ${name} returning model_id`.execute(this.db);
    if (rows.length === 0) throw noModel(name);
  }

  async search(query: ModelQuery): Promise<Page<RegisteredModel>> {
    const conditions = conditionsOf(query.filter, modelSearch);
    const order = orderOf(query.orderBy, modelSearch);
    const rows = await this.select(sql`
      where ${sql.join([sql`true`, ...conditions], sql` and `)}
      order by ${sql.join(order)} offset ${query.offset} limit ${query.limit + 1}`);
    return pageOf(rows, query);
  }

  async latestVersions(name: string, stages: readonly Stage[]): Promise<ModelVersion[]> {
    const { rows } = await sql<VersionRow | { version: null }>`
      select ${versionColumns}, ${versionAliases} from registered_models m
      left join lateral (select v.* from ${latestOf(stages)}) v on true
      where m.name = ${name} order by v.version`.execute(this.db);
    if (rows.length === 0) throw noModel(name);
    return rows.filter((row): row is VersionRow => row.version !== null).map(toVersion);
  }

  async setTag(name: string, { key, value }: KeyValue): Promise<void> {
    const { rows } = await sql`
      with model as (select model_id from registered_models where name = ${name} for key share)
      insert into registered_model_tags (model_id, key, value) select model_id, ${key}, ${value} from model
      on conflict (model_id, key) do update set value = excluded.value returning model_id`.execute(this.db);
    if (rows.length === 0) throw noModel(name);
  }

  async deleteTag(name: string, key: string): Promise<void> {
    const { rows } = await sql`
      with model as (select model_id from registered_models where name = ${name}),
      gone as (delete from registered_model_tags t using model where t.model_id = model.model_id and t.key = ${key})
      select model_id from model`.execute(this.db);
    if (rows.length === 0) throw noModel(name);
  }

  private async select(rest: RawBuilder<unknown>): Promise<RegisteredModel[]> {
    const { rows } = await sql<ModelRow>`select ${modelColumns} from registered_models m ${rest}`.execute(this.db);
    return rows.map(toModel);
  }

  private async isPrompt(name: string): Promise<boolean> {
    const { rows } = await sql`
      select from registered_models m join registered_model_tags t using (model_id)
      where m.name = ${name} and t.key = ${promptTag}`.execute(this.db);
    return rows.length > 0;
  }
}

/** Tags as a table `t` of keys and values. */
export const unnestTags = (tags: readonly KeyValue[]) =>
  sql`unnest(${tags.map((tag) => tag.key)}::text[], ${tags.map((tag) => tag.value)}::text[]) as t (key, value)`;
