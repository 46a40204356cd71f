import type { Construct } from 'constructs';
import type { ICluster } from './cluster';
import type { Images } from './images';
import type { IObjectStore, IPostgres } from './storage';

/** Components of a platform that keep something in Postgres, by the name of their database. */
export interface DataNeeds {
  readonly databases: readonly string[];
  readonly images: Images;
}

/**
 * Where a platform lands. One object per platform; nothing else asks which kind it is. What it hands out is known by
 * name only, so that every stack can use it without reading another stack's state.
 */
export interface ITarget {
  readonly cluster: ICluster;
  readonly postgres: IPostgres;
  readonly objectStore: IObjectStore;
  /** Adds everything that holds data, to the stack that holds nothing else. */
  addData(scope: Construct, needs: DataNeeds): void;
}
