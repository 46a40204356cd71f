import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invalid } from '../protocol/errors';

const token = z.object({ offset: z.int().min(0), query: z.string() });

/** A page token that is good for one query: the rows that it skips are those of this query. */
export const tokenOf = (offset: number, query: unknown): string =>
  Buffer.from(JSON.stringify({ offset, query: digestOf(query) })).toString('base64');

export function offsetOf(pageToken: string | undefined, query: unknown): number {
  if (!pageToken) return 0;
  const read = parsed(pageToken);
  if (read === undefined) throw invalid('Invalid page token, it is not one that this server gave');
  if (read.query !== digestOf(query))
    throw invalid(
      'The page token does not match the request: experiment IDs, filter string and order by must be those of the first page',
    );
  return read.offset;
}

function parsed(pageToken: string): z.output<typeof token> | undefined {
  try {
    return token.safeParse(JSON.parse(Buffer.from(pageToken, 'base64').toString('utf8'))).data;
  } catch {
    return undefined;
  }
}

const digestOf = (query: unknown) => createHash('sha256').update(JSON.stringify(query)).digest('base64url');
