import type { S3BucketLifecycleConfigurationRule } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import type { Problem } from '../../core/errors';

/** Classes from which an object is read at once, and that survive the loss of a zone. */
export type StorageClass = 'STANDARD_IA' | 'INTELLIGENT_TIERING' | 'GLACIER_IR';

/** What happens to objects with time. Days count from when an object was written or, for versions, replaced. */
export interface BucketLifecycle {
  /**
   * Days for which a version that was replaced or deleted can be brought back.
   * @default 90
   */
  readonly keepVersionsDays?: number | undefined;
  /**
   * Days after which an upload in parts that was never finished is removed.
   * @default 7
   */
  readonly abortUploadsDays?: number | undefined;
  /**
   * Days after which an object is deleted.
   * @default - never
   */
  readonly expireDays?: number | undefined;
  /**
   * Cheaper classes with age.
   * @default - objects stay in STANDARD
   */
  readonly classes?: readonly { readonly afterDays: number; readonly storageClass: StorageClass }[] | undefined;
}

/** The rules of a bucket, each for all of its objects. */
export function lifecycleRules(lifecycle: BucketLifecycle = {}): S3BucketLifecycleConfigurationRule[] {
  const { keepVersionsDays = 90, abortUploadsDays = 7, expireDays, classes = [] } = lifecycle;
  const rule = (id: string, what: Partial<S3BucketLifecycleConfigurationRule>) => ({
    id,
    status: 'Enabled',
    filter: [{ prefix: '' }],
    ...what,
  });
  return [
    rule('unfinished-uploads', { abortIncompleteMultipartUpload: [{ daysAfterInitiation: abortUploadsDays }] }),
    rule('old-versions', {
      noncurrentVersionExpiration: [{ noncurrentDays: keepVersionsDays }],
      // a marker of a deletion goes when no version is left below it; not allowed beside `days`
      ...(expireDays === undefined ? { expiration: [{ expiredObjectDeleteMarker: true }] } : {}),
    }),
    ...(expireDays === undefined ? [] : [rule('old-objects', { expiration: [{ days: expireDays }] })]),
    ...(classes.length === 0
      ? []
      : [
          rule('classes', {
            transition: classes.map(({ afterDays: days, storageClass }) => ({ days, storageClass })),
          }),
        ]),
  ];
}

/** S3 takes objects into STANDARD_IA after 30 days at the earliest. */
export function lifecycleProblems({
  keepVersionsDays,
  abortUploadsDays,
  expireDays,
  classes = [],
}: BucketLifecycle = {}): Problem[] {
  const days = { keepVersionsDays, abortUploadsDays, expireDays };
  return [
    ...Object.entries(days).flatMap(([name, value]) =>
      value === undefined || (Number.isInteger(value) && value >= 1)
        ? []
        : [{ what: `${name} is a whole number of days`, got: `${value}`, do: 'give at least 1' }],
    ),
    ...classes
      .filter(({ afterDays, storageClass }) => storageClass === 'STANDARD_IA' && afterDays < 30)
      .map(({ afterDays }) => ({
        what: 'objects move to STANDARD_IA after 30 days at the earliest',
        got: `${afterDays}`,
        do: 'give at least 30',
      })),
  ];
}
