import { type RawBuilder, sql } from 'kysely';
import { listedText, quotedInteger, type Searchable, text } from '../filter/fields';
import { type Comparison, parseFilter, parseOrder } from '../filter/parse';
import { compare, compareKey } from '../filter/sql';
import { invalid } from '../protocol/errors';
import { promptTag, separatePrompts } from './prompts';

/** One kind of what is searched: its fields (mlflow 3.17.2, SearchModelUtils and SearchModelVersionUtils), its order, its tags. */
interface Search {
  readonly filter: Searchable;
  readonly order: Searchable;
  /** Columns by the names that the fields have here. */
  readonly columns: Readonly<Record<string, string>>;
  readonly tags: { readonly table: string; readonly owned: RawBuilder<unknown> };
  readonly byDefault: readonly string[];
  /** What orders rows that are equal in all that was asked. */
  readonly ties: Readonly<Record<string, RawBuilder<unknown>>>;
}

const tag = { attribute: 'attribute', tag: 'tag', tags: 'tag' } as const;
const onlyAttributes = { attribute: 'attribute' } as const;
const [name, lastUpdated] = [sql`m.name asc`, { ...text, name: 'last_updated_time' }];

export const modelSearch: Search = {
  filter: { entities: tag, free: { tag: text }, fixed: { attribute: { name: listedText } } },
  order: {
    entities: onlyAttributes,
    free: {},
    fixed: { attribute: { name: text, timestamp: lastUpdated, last_updated_timestamp: lastUpdated } },
  },
  columns: { name: 'm.name', last_updated_time: 'm.last_updated_time' },
  tags: { table: 'registered_model_tags', owned: sql`e.model_id = m.model_id` },
  byDefault: [],
  ties: { name },
};

export const versionSearch: Search = {
  filter: {
    entities: tag,
    free: { tag: text },
    fixed: {
      attribute: { name: listedText, version_number: quotedInteger, run_id: listedText, source_path: text },
    },
  },
  order: {
    entities: onlyAttributes,
    free: {},
    fixed: {
      attribute: {
        name: text,
        version_number: text,
        creation_timestamp: { ...text, name: 'creation_time' },
        last_updated_timestamp: lastUpdated,
      },
    },
  },
  columns: {
    name: 'm.name',
    version_number: 'v.version',
    run_id: 'v.run_id',
    source_path: 'v.source',
    creation_time: 'v.creation_time',
    last_updated_time: 'v.last_updated_time',
  },
  tags: { table: 'model_version_tags', owned: sql`e.model_id = v.model_id and e.version = v.version` },
  byDefault: ['last_updated_timestamp DESC'],
  ties: { name, version_number: sql`v.version desc` },
};

/** Terms of WHERE over `registered_models m` and, for versions, `model_versions v`. */
export function conditionsOf(filter: string, search: Search): RawBuilder<boolean>[] {
  const { comparisons, models } = separatePrompts(parseFilter(filter, search.filter));
  const conditions = comparisons.map((comparison) => conditionOf(comparison, search));
  // By model, not by version: one version with the tag makes a prompt of all.
  const noPrompt = sql<boolean>`not exists (
    select 1 from ${sql.table(search.tags.table)} p where p.model_id = m.model_id and p.key = ${promptTag} and p.value = 'true')`;
  return models ? [...conditions, noPrompt] : conditions;
}

function conditionOf(comparison: Comparison, { columns, tags }: Search): RawBuilder<boolean> {
  if (comparison.entity === 'attribute') return compare(sql.ref(columns[comparison.key] as string), comparison);
  return compareKey(sql.table(tags.table), tags.owned, comparison);
}

/** Terms of ORDER BY. */
export function orderOf(orderBy: readonly string[], search: Search): RawBuilder<unknown>[] {
  const asked = orderBy.length > 0 ? orderBy : search.byDefault;
  const orders = asked.map((text) => parseOrder(text, search.order));
  const keys = orders.map(({ key }) => key);
  if (new Set(keys).size < keys.length)
    throw invalid(`\`order_by\` contains duplicate fields: ${JSON.stringify(orderBy)}`);
  const terms = orders.map(({ key, descending }) => {
    const column = sql.ref(search.columns[key] as string);
    return descending ? sql`${column} desc` : sql`${column} asc`;
  });
  const ties = Object.entries(search.ties).filter(([key]) => !keys.includes(key));
  return [...terms, ...ties.map(([, term]) => term)];
}
