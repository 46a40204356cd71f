import { type RawBuilder, sql } from 'kysely';
import { type Comparison, parseFilter } from '../filter/parse';
import { compare, compareKey } from '../filter/sql';
import { invalid } from '../protocol/errors';
import { searchable } from './searchable';
import { type DatasetRef, type LoggedModelQuery, type ModelOrder, statuses } from './store';

const owned = sql`e.model_id = logged_models.model_id`;

/** Conditions over `logged_models`. A metric matches when one of its points does, whenever it was logged. */
export function conditionsOf({
  filter,
  datasets,
}: Pick<LoggedModelQuery, 'filter' | 'datasets'>): RawBuilder<boolean>[] {
  const comparisons = parseFilter(filter, searchable);
  const onDatasets = sql`and (${sql.join(datasets.map(isOn), sql` or `)})`;
  const metricsOwned = datasets.length > 0 ? sql`${owned} ${onDatasets}` : owned;
  const conditions = comparisons.map((comparison) => conditionOf(comparison, metricsOwned));
  if (datasets.length === 0 || comparisons.some(({ entity }) => entity === 'metric')) return conditions;
  return [...conditions, sql<boolean>`exists (select from logged_model_metrics e where ${metricsOwned})`];
}

function conditionOf(comparison: Comparison, metricsOwned: RawBuilder<unknown>): RawBuilder<boolean> {
  switch (comparison.entity) {
    case 'metric':
      return compareKey(sql`logged_model_metrics`, metricsOwned, comparison);
    case 'param':
      return compareKey(sql`logged_model_params`, owned, comparison);
    case 'tag':
      return compareKey(sql`logged_model_tags`, owned, comparison);
    default: {
      const column = sql.ref(`logged_models.${comparison.key}`);
      return compare(comparison.key === 'experiment_id' ? sql`${column}::text` : column, comparison);
    }
  }
}

const isOn = ({ name, digest }: DatasetRef) =>
  digest === undefined
    ? sql`e.dataset_name = ${name}`
    : sql`(e.dataset_name = ${name} and e.dataset_digest = ${digest})`;

/** Terms of ORDER BY: what was asked, then the newest first. Whatever has no value comes last. */
export function orderOf(orderBy: readonly ModelOrder[]): RawBuilder<unknown>[] {
  const orders = orderBy.map((order) => ({ ...order, value: sortedValue(order) }));
  const terms = orders.flatMap(({ value, ascending }) => [
    sql`${value} is null`,
    ascending ? sql`${value} asc` : sql`${value} desc`,
  ]);
  return [...terms, sql`logged_models.creation_time desc`, sql`logged_models.model_id`];
}

/** Of a metric the latest point counts. */
function sortedValue({ field, dataset }: ModelOrder): RawBuilder<unknown> {
  const [entity = '', ...key] = field.split('.');
  if (key.length === 0) return attributeOf(entity);
  if (entity !== 'metrics') throw invalid(`Invalid order by field name: ${field}. Only metrics are supported.`);
  const onName = dataset.name ? sql`and e.dataset_name = ${dataset.name}` : sql``;
  const onDigest = dataset.digest ? sql`and e.dataset_digest = ${dataset.digest}` : sql``;
  return sql`(
    select e.value from logged_model_metrics e where ${owned} and e.key = ${key.join('.')} ${onName} ${onDigest}
    order by e.timestamp desc, e.step desc, e.run_id limit 1)`;
}

function attributeOf(field: string): RawBuilder<unknown> {
  const attributes = searchable.fixed.attribute ?? {};
  const known = Object.hasOwn(attributes, field) ? attributes[field] : undefined;
  if (known === undefined) throw invalid(`Invalid order by field name: ${field}`);
  // By its number, as MLflow keeps it.
  if (field === 'status') return sql`array_position(${[...statuses]}::text[], logged_models.status)`;
  return sql.ref(`logged_models.${known.name ?? field}`);
}
