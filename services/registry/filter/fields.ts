export type Operator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'LIKE'
  | 'ILIKE'
  | 'IN'
  | 'NOT IN'
  | 'IS NULL'
  | 'IS NOT NULL';

export type Entity = 'metric' | 'param' | 'tag' | 'attribute' | 'dataset';

/** The right side of a comparison: a list with IN and NOT IN, nothing with IS NULL and IS NOT NULL. */
export type Value = string | number | readonly string[] | undefined;

/** What something may be compared with, and how. */
export interface Field {
  /** An `integer` is refused with a fraction; a `quotedInteger` may also stand in quotes. */
  readonly type: 'number' | 'integer' | 'quotedInteger' | 'text';
  readonly operators: readonly Operator[];
}

/** A key that the protocol gives. */
export interface FixedField extends Field {
  /** What we call it. @default - as users spell it */
  readonly name?: string;
}

/** What one search takes, in its filter or in its order. */
export interface Searchable {
  /** Entities as users spell them, each with ours. A key without an entity is an attribute. */
  readonly entities: Readonly<Record<string, Entity>>;
  /** Entities whose keys the users choose. */
  readonly free: Readonly<Partial<Record<Entity, Field>>>;
  /** Entities whose keys are given, by their spelling. */
  readonly fixed: Readonly<Partial<Record<Entity, Readonly<Record<string, FixedField>>>>>;
}

const ordered: readonly Operator[] = ['=', '!=', '<', '<=', '>', '>='];
const alike: readonly Operator[] = ['=', '!=', 'LIKE', 'ILIKE'];

/** The kinds of fields that MLflow has (mlflow 3.17.2, utils/search_utils.py). */
export const number: Field = { type: 'number', operators: ordered };
export const integer: Field = { type: 'integer', operators: ordered };
export const quotedInteger: Field = { type: 'quotedInteger', operators: ordered };
export const text: Field = { type: 'text', operators: alike };
export const textOrNull: Field = { type: 'text', operators: [...alike, 'IS NULL', 'IS NOT NULL'] };
export const listedText: Field = { type: 'text', operators: [...alike, 'IN', 'NOT IN'] };
export const identity: Field = { type: 'text', operators: ['=', '!=', 'IN', 'NOT IN'] };
