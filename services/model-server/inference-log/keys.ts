import { randomUUID } from 'node:crypto';

/** Folder of the object store, as DuckDB, Spark and pyarrow read partitions from it. */
export function folderOf(kind: 'inferences' | 'feedback', partitions: Readonly<Record<string, string>>): string {
  const folders = Object.entries(partitions).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return [kind, ...folders].join('/');
}

export const newFile = (folder: string) => `${folder}/${randomUUID()}.parquet`;

/** Day of a time in UTC, as YYYY-MM-DD. */
export const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
