import type { RawBuilder, SelectQueryBuilder } from 'kysely';
import { z } from 'zod';
import { invalid } from './errors';
import { int64, optional, text } from './values';

export interface Page<T> {
  readonly items: T[];
  /** Absent on the last page. */
  readonly nextPageToken?: string;
}

/** Where a page starts and how many rows it has at most. */
export interface Paging {
  readonly offset: number;
  readonly limit: number;
}

const most = 50_000;
const token = z.object({ offset: z.int().min(0) });

export const pagingFields = { max_results: optional(int64()), page_token: text() };

export function pagingOf(
  request: { max_results?: number | undefined; page_token?: string | undefined },
  byDefault = 1000,
  atMost = most,
): Paging {
  const { max_results: limit = byDefault, page_token } = request;
  const wrong = `Invalid value ${limit} for parameter 'max_results' supplied.`;
  if (limit < 1) throw invalid(`${wrong} It must be a positive integer`);
  if (limit > atMost) throw invalid(`${wrong} It must be at most ${atMost}`);
  return { limit, offset: page_token ? offsetOf(page_token) : 0 };
}

function offsetOf(pageToken: string): number {
  try {
    return token.parse(JSON.parse(Buffer.from(pageToken, 'base64').toString('utf8'))).offset;
  } catch {
    throw invalid('Invalid page token, it is not one that this server gave');
  }
}

/** One page of what a search leaves, in its order. */
export async function searchPage<DB, T extends keyof DB, O>(
  from: SelectQueryBuilder<DB, T, O>,
  {
    conditions,
    order,
  }: { readonly conditions: readonly RawBuilder<boolean>[]; readonly order: readonly RawBuilder<unknown>[] },
  paging: Paging,
): Promise<Page<O>> {
  let select = from;
  for (const condition of conditions) select = select.where(condition);
  for (const term of order) select = select.orderBy(term);
  const page = select.offset(paging.offset).limit(paging.limit + 1);
  return pageOf(await page.execute(), paging);
}

/** Rows were asked for with one more than the limit: it says that there is another page. */
export function pageOf<T>(rows: T[], { offset, limit }: Paging): Page<T> {
  if (rows.length <= limit) return { items: rows };
  const next = Buffer.from(JSON.stringify({ offset: offset + limit })).toString('base64');
  return { items: rows.slice(0, limit), nextPageToken: next };
}
