import { tracking } from './0001-tracking';

/** In order of their names. A released one never changes: the next issue adds the next file. */
export const migrations = { '0001-tracking': tracking };
