import { type ExpressionBuilder, type Selectable, sql } from 'kysely';
import { isTaken } from '../protocol/conflicts';
import { type KeyValue, stagesOf } from '../protocol/entities';
import { alreadyExists, badRequest, invalidState, notActive, notFound } from '../protocol/errors';
import { type Page, searchPage } from '../protocol/pages';
import type { Db, LifecycleStage, Tables } from '../tables';
import { checkCustomViews, customViewPrefix, isCustomView } from './custom-views';
import { experimentId, noExperiment } from './id';
import { conditionsOf, orderOf } from './search';
import type { Experiment, ExperimentQuery, ExperimentStore, NewExperiment } from './store';

export class PostgresExperiments implements ExperimentStore {
  constructor(private readonly db: Db) {}

  create({ name, artifactLocation, tags }: NewExperiment): Promise<string> {
    const now = Date.now();
    return this.db.transaction().execute(async (tx) => {
      const created = await sql<{ experiment_id: string }>`
        with next as (select nextval(pg_get_serial_sequence('experiments', 'experiment_id')) as id)
        insert into experiments (experiment_id, name, artifact_location, creation_time, last_update_time)
        select id, ${name}, coalesce(${artifactLocation ?? null}::text, 'mlflow-artifacts:/' || id), ${now}, ${now} from next
        on conflict (name) do nothing
        returning experiment_id`.execute(tx);
      const id = created.rows[0]?.experiment_id;
      if (id === undefined) throw alreadyExists(`Experiment(name=${name}) already exists.`);
      const rows = tags.map((tag) => ({ experiment_id: id, ...tag }));
      if (rows.length > 0) await tx.insertInto('experiment_tags').values(rows).execute();
      return id;
    });
  }

  async get(id: string): Promise<Experiment> {
    const row = await this.select().where('experiment_id', '=', experimentId(id)).executeTakeFirst();
    if (row === undefined) throw noExperiment(experimentId(id));
    return toExperiment(row);
  }

  async getByName(name: string): Promise<Experiment> {
    const row = await this.select().where('name', '=', name).executeTakeFirst();
    if (row === undefined) throw notFound(`Could not find experiment with name '${name}'`);
    return toExperiment(row);
  }

  async search(query: ExperimentQuery): Promise<Page<Experiment>> {
    const search = { conditions: conditionsOf(query.filter), order: orderOf(query.orderBy) };
    const page = await searchPage(this.select().where('lifecycle_stage', 'in', stagesOf(query.view)), search, query);
    return { ...page, items: page.items.map(toExperiment) };
  }

  async rename(id: string, name: string): Promise<void> {
    const changed = { name, last_update_time: Date.now() };
    const update = this.db
      .updateTable('experiments')
      .set(changed)
      .where('experiment_id', '=', experimentId(id))
      .where('lifecycle_stage', '=', 'active')
      .returning('experiment_id');
    const taken = badRequest(`Experiment(name=${name}) already exists.`);
    const [row] = await update.execute().catch((error) => Promise.reject(isTaken(error) ? taken : error));
    if (row !== undefined) return;
    await this.get(id);
    throw invalidState('Cannot rename a non-active experiment.');
  }

  async moveTo(stage: LifecycleStage, id: string): Promise<void> {
    const { rows } = await sql`
      with moved as (
        update experiments set lifecycle_stage = ${stage}, last_update_time = ${Date.now()}
        where experiment_id = ${experimentId(id)} and lifecycle_stage <> ${stage} returning experiment_id),
      runs_too as (
        update runs set lifecycle_stage = ${stage} from moved
        where runs.experiment_id = moved.experiment_id and runs.lifecycle_stage <> ${stage})
      select experiment_id from moved`.execute(this.db);
    if (rows.length === 0) throw noExperiment(experimentId(id));
  }

  async setTag(id: string, { key, value }: KeyValue): Promise<void> {
    await this.inActive(id, async (db) => {
      await db
        .insertInto('experiment_tags')
        .values({ experiment_id: experimentId(id), key, value })
        .onConflict((conflict) => conflict.columns(['experiment_id', 'key']).doUpdateSet({ value }))
        .execute();
      if (isCustomView({ key })) await this.checkViews(db, experimentId(id));
    });
  }

  async deleteTag(id: string, key: string): Promise<void> {
    await this.inActive(id, async (db) => {
      const [gone] = await db
        .deleteFrom('experiment_tags')
        .where('experiment_id', '=', experimentId(id))
        .where('key', '=', key)
        .returning('key')
        .execute();
      if (gone === undefined) throw notFound(`No tag with name: ${key} in experiment with id ${id}`);
    });
  }

  private async checkViews(db: Db, id: string): Promise<void> {
    const views = await db
      .selectFrom('experiment_tags')
      .select('key')
      .where('experiment_id', '=', id)
      .where(sql<boolean>`starts_with(key, ${customViewPrefix})`)
      .execute();
    checkCustomViews(views.length, id);
  }

  /** Does something while the experiment cannot be deleted. */
  private inActive(id: string, work: (db: Db) => Promise<void>): Promise<void> {
    return this.db.transaction().execute(async (tx) => {
      const row = await tx
        .selectFrom('experiments')
        .select('lifecycle_stage')
        .where('experiment_id', '=', experimentId(id))
        .forShare()
        .executeTakeFirst();
      if (row === undefined) throw noExperiment(experimentId(id));
      if (row.lifecycle_stage !== 'active') throw notActive('experiment', id, row.lifecycle_stage);
      await work(tx);
    });
  }

  private select() {
    return this.db.selectFrom('experiments').selectAll().select(tagsOf);
  }
}

type Row = Selectable<Tables['experiments']> & { tags: { key: string; value: string }[] };

const tagsOf = (_: ExpressionBuilder<Tables, 'experiments'>) =>
  sql<Row['tags']>`(
    select coalesce(json_agg(json_build_object('key', t.key, 'value', t.value) order by t.key), '[]')
    from experiment_tags t where t.experiment_id = experiments.experiment_id)`.as('tags');

const toExperiment = (row: Row): Experiment => ({
  id: row.experiment_id,
  name: row.name,
  artifactLocation: row.artifact_location,
  lifecycleStage: row.lifecycle_stage,
  creationTime: Number(row.creation_time),
  lastUpdateTime: Number(row.last_update_time),
  tags: row.tags,
});
