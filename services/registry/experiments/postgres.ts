import { type ExpressionBuilder, type RawBuilder, type Selectable, sql } from 'kysely';
import { type Comparison, parseFilter, parseOrder } from '../filter/parse';
import { compare, compareKey } from '../filter/sql';
import { stagesOf } from '../protocol/entities';
import { alreadyExists, invalid, notFound } from '../protocol/errors';
import { type Page, pageOf } from '../protocol/pages';
import type { Db, Tables } from '../tables';
import { experimentId, noExperiment } from './id';
import { searchable } from './searchable';
import type { Experiment, ExperimentQuery, ExperimentStore, NewExperiment } from './store';

type Row = Selectable<Tables['experiments']> & { tags: { key: string; value: string }[] };

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
    if (row === undefined) throw noExperiment(id);
    return toExperiment(row);
  }

  async getByName(name: string): Promise<Experiment> {
    const row = await this.select().where('name', '=', name).executeTakeFirst();
    if (row === undefined) throw notFound(`Could not find experiment with name '${name}'`);
    return toExperiment(row);
  }

  async search(query: ExperimentQuery): Promise<Page<Experiment>> {
    const conditions = parseFilter(query.filter, searchable).map(conditionOf);
    const order = query.orderBy.length > 0 ? query.orderBy : ['creation_time DESC', 'experiment_id ASC'];
    let select = this.select().where('lifecycle_stage', 'in', stagesOf(query.view));
    for (const condition of conditions) select = select.where(condition);
    for (const { entity, key, descending } of order.map((text) => parseOrder(text, searchable))) {
      if (entity !== 'attribute') throw invalid(`Invalid order_by entity: ${entity}`);
      select = select.orderBy(sql.ref(`experiments.${key}`), descending ? 'desc' : 'asc');
    }
    const rows = await select
      .orderBy('experiments.experiment_id', 'desc')
      .offset(query.offset)
      .limit(query.limit + 1)
      .execute();
    return pageOf(rows.map(toExperiment), query);
  }

  private select() {
    return this.db.selectFrom('experiments').selectAll().select(tagsOf);
  }
}

const tagsOf = (_: ExpressionBuilder<Tables, 'experiments'>) =>
  sql<Row['tags']>`(
    select coalesce(json_agg(json_build_object('key', t.key, 'value', t.value) order by t.key), '[]')
    from experiment_tags t where t.experiment_id = experiments.experiment_id)`.as('tags');

function conditionOf(comparison: Comparison): RawBuilder<boolean> {
  const { entity, key, operator, value } = comparison;
  if (entity === 'tag')
    return compareKey(sql`experiment_tags`, sql`e.experiment_id = experiments.experiment_id`, comparison);
  if (key !== 'experiment_id') return compare(sql.ref(`experiments.${key}`), comparison);
  const ids = Array.isArray(value) ? value.map(experimentId) : [experimentId(String(value))];
  const isOneOf = sql<boolean>`experiments.experiment_id = any(${ids}::bigint[])`;
  return operator === '=' || operator === 'IN' ? isOneOf : sql<boolean>`not ${isOneOf}`;
}

const toExperiment = (row: Row): Experiment => ({
  id: row.experiment_id,
  name: row.name,
  artifactLocation: row.artifact_location,
  lifecycleStage: row.lifecycle_stage,
  creationTime: Number(row.creation_time),
  lastUpdateTime: Number(row.last_update_time),
  tags: row.tags,
});
