import type { Registry } from 'prom-client';
import type { Log } from '../../kit/log';
import type { ObjectStore } from '../../kit/object-store';
import { S3ObjectStore } from '../../kit/object-store-s3';
import type { S3Config } from '../../kit/s3-client';
import { FeedbackLog } from './feedback';
import { InferenceLog } from './inference-log';

/** What the server writes down: answers, and what turned out to be true. */
export interface Records {
  readonly inferences: InferenceLog;
  readonly feedback: FeedbackLog;
  /** Writes what is in memory. */
  close(): Promise<void>;
}

export interface RecordsProps {
  readonly store: ObjectStore;
  /** Share of the requests that are written, from 0 to 1. */
  readonly sample: number;
  readonly log: Log;
  readonly register: Registry;
}

export function recordsIn({ store, ...props }: RecordsProps): Records {
  const inferences = new InferenceLog({ store, ...props });
  const feedback = new FeedbackLog({ store });
  return {
    ...{ inferences, feedback },
    close: async () => {
      await Promise.all([inferences.close(), feedback.close()]);
      store.close();
    },
  };
}

/** By the contract: without a bucket nothing is written. */
export function recordsOf(
  { bucket, ...config }: Omit<S3Config, 'bucket'> & { readonly bucket?: string | undefined },
  props: Omit<RecordsProps, 'store'>,
): Records | undefined {
  return bucket === undefined ? undefined : recordsIn({ store: new S3ObjectStore({ ...config, bucket }), ...props });
}
