import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { experimentId, noExperiment } from '../experiments/id';
import { isTaken } from '../protocol/conflicts';
import { type KeyValue, lastOfEachKey } from '../protocol/entities';
import { badRequest, notActive, notFound } from '../protocol/errors';
import { type Page, searchPage } from '../protocol/pages';
import { withoutDashes } from '../runs/id';
import type { Db, LifecycleStage } from '../tables';
import { type ModelRow, noModel, toInfo, withData } from './rows';
import { conditionsOf, orderOf } from './search';
import type { LoggedModel, LoggedModelQuery, LoggedModelStatus, LoggedModelStore, NewLoggedModel } from './store';

export class PostgresLoggedModels implements LoggedModelStore {
  constructor(private readonly db: Db) {}

  async create(model: NewLoggedModel): Promise<LoggedModel> {
    const id = `m-${withoutDashes(randomUUID())}`;
    const parent = experimentId(model.experimentId);
    const now = Date.now();
    const { rows } = await sql<ModelRow & { stage: LifecycleStage }>`
      with experiment as (
        select experiment_id, lifecycle_stage, artifact_location from experiments where experiment_id = ${parent}),
      model as (
        insert into logged_models
          (model_id, experiment_id, name, artifact_uri, model_type, source_run_id, creation_time, last_updated_time)
        select ${id}, experiment_id, ${model.name},
          regexp_replace(artifact_location, '/$', '') || ${`/models/${id}/artifacts`},
          ${model.modelType}, ${model.sourceRunId}, ${now}::bigint, ${now}::bigint
        from experiment where lifecycle_stage = 'active' returning *),
      params as (
        insert into logged_model_params (model_id, key, value)
        select model_id, p.key, p.value from model, ${keyValues(model.params)} as p (key, value)),
      tagged as (
        insert into logged_model_tags (model_id, key, value)
        select model_id, t.key, t.value from model, ${keyValues(model.tags)} as t (key, value))
      select experiment.lifecycle_stage as stage, model.* from experiment left join model on true`.execute(this.db);
    const [row] = rows;
    if (row === undefined) throw noExperiment(parent);
    if (row.stage !== 'active') throw notActive('experiment', parent, row.stage);
    return { ...toInfo(row), params: model.params, tags: model.tags, metrics: [] };
  }

  async get(id: string, { deletedToo = false }: { readonly deletedToo?: boolean } = {}): Promise<LoggedModel> {
    const [model] = await withData(this.db, [await this.row(id, deletedToo)]);
    if (model === undefined) throw noModel(id);
    return model;
  }

  async artifactUri(id: string): Promise<string> {
    return (await this.row(id, false)).artifact_uri;
  }

  async search(query: LoggedModelQuery): Promise<Page<LoggedModel>> {
    const conditions = conditionsOf(query);
    const order = orderOf(query.orderBy);
    const select = this.db
      .selectFrom('logged_models')
      .selectAll()
      .where(sql<boolean>`experiment_id = any(${query.experimentIds.map(experimentId)}::bigint[])`)
      .where('lifecycle_stage', '=', 'active');
    const page = await searchPage(select, { conditions, order }, query);
    return { ...page, items: await withData(this.db, page.items) };
  }

  async finalize(id: string, status: LoggedModelStatus): Promise<LoggedModel> {
    const [model] = await withData(this.db, [await this.change(id, { status })]);
    if (model === undefined) throw noModel(id);
    return model;
  }

  async delete(id: string): Promise<void> {
    await this.change(id, { lifecycle_stage: 'deleted' });
  }

  async setTags(id: string, tags: readonly KeyValue[]): Promise<void> {
    const last = lastOfEachKey(tags);
    const { rows } = await sql`
      with model as (select model_id from logged_models where model_id = ${id}),
      written as (
        insert into logged_model_tags (model_id, key, value)
        select model_id, t.key, t.value from model, ${keyValues(last)} as t (key, value) order by t.key
        on conflict (model_id, key) do update set value = excluded.value)
      select model_id from model`.execute(this.db);
    if (rows.length === 0) throw noModel(id);
  }

  async deleteTag(id: string, key: string): Promise<void> {
    const { rows } = await sql<{ gone: boolean }>`
      with gone as (delete from logged_model_tags where model_id = ${id} and key = ${key} returning key)
      select exists (select from gone) as gone from logged_models where model_id = ${id}`.execute(this.db);
    const [row] = rows;
    if (row === undefined) throw noModel(id);
    if (!row.gone) throw notFound(`No tag with key '${key}' found for model with ID '${id}'.`);
  }

  async logParams(id: string, params: readonly KeyValue[]): Promise<void> {
    const written = sql`
      with model as (select model_id from logged_models where model_id = ${id}),
      written as (
        insert into logged_model_params (model_id, key, value)
        select model_id, p.key, p.value from model, ${keyValues(params)} as p (key, value) order by p.key)
      select model_id from model`.execute(this.db);
    const taken = badRequest(`Logged model '${id}' has one of these params already; a param never changes`);
    const { rows } = await written.catch((error) => Promise.reject(isTaken(error) ? taken : error));
    if (rows.length === 0) throw noModel(id);
  }

  private async row(id: string, deletedToo: boolean): Promise<ModelRow> {
    const row = await this.db.selectFrom('logged_models').selectAll().where('model_id', '=', id).executeTakeFirst();
    if (row === undefined || (row.lifecycle_stage === 'deleted' && !deletedToo)) throw noModel(id);
    return row;
  }

  private async change(id: string, changed: Partial<Pick<ModelRow, 'status' | 'lifecycle_stage'>>): Promise<ModelRow> {
    const set = { ...changed, last_updated_time: Date.now() };
    const update = this.db.updateTable('logged_models').set(set).where('model_id', '=', id).returningAll();
    const row = await update.executeTakeFirst();
    if (row === undefined) throw noModel(id);
    return row;
  }
}

const keyValues = (items: readonly KeyValue[]) =>
  sql`unnest(${items.map(({ key }) => key)}::text[], ${items.map(({ value }) => value)}::text[])`;
