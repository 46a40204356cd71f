import type { IConstruct } from 'constructs';
import type { objectStore, postgres } from '../../services/kit/connections';
import type { Link } from './access';

/** A bucket that speaks S3. */
export interface IObjectStore extends IConstruct {
  readonly bucketName: string;
  /** Lets a workload read what lies below `prefix`, by default the whole bucket. */
  read(prefix?: string): Link<typeof objectStore>;
  /** Lets a workload write objects below `prefix`, and neither read nor delete them, by default in the whole bucket. */
  write(prefix?: string): Link<typeof objectStore>;
  /** Lets a workload read, write and delete what lies below `prefix`, by default the whole bucket. */
  readWrite(prefix?: string): Link<typeof objectStore>;
}

/** A Postgres server with databases that somebody made, one role each. */
export interface IPostgres extends IConstruct {
  /** Lets a workload into one database as the role that owns it. */
  database(name: string): Link<typeof postgres>;
}
