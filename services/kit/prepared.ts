import type { Kysely, RawBuilder } from 'kysely';

/** Names of the statements that are prepared, by their text: in each connection a name means the same text. */
const names = new Map<string, string>();

/**
 * Runs a statement that each connection parses once, and plans a few times: for short ones that is half of the work of Postgres. Names and
 * plans are kept as long as the connection, so take it for statements with few texts, whose best plan does not depend on the values.
 * Name the columns of the result: with `*`, a migration that adds one would change it, and Postgres refuses that.
 */
export async function runPrepared<Row, Tables>(statement: RawBuilder<Row>, db: Kysely<Tables>): Promise<Row[]> {
  const compiled = statement.compile(db);
  if (!names.has(compiled.sql)) names.set(compiled.sql, `mlops_${names.size}`);
  return (await db.executeQuery(compiled)).rows;
}

/** `undefined` for a statement that is parsed each time. */
export const preparedName = (text: string): string | undefined => names.get(text);
