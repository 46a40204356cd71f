import { notFound } from '../protocol/errors';

/** A run's id as Postgres takes it. Clients know it as 32 hexadecimal digits; whatever else is asked for is not there. */
export function runId(id: string): string {
  if (!isRunId(id)) throw noRun(id);
  return id;
}

export const isRunId = (id: unknown): id is string => typeof id === 'string' && /^[0-9a-f]{32}$/.test(id);

/** The id of a row as clients know it. */
export const withoutDashes = (id: string) => id.replaceAll('-', '');

export const noRun = (id: string) => notFound(`Run with id=${id} not found`);
