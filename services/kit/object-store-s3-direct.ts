import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ServiceError } from './errors';
import { segmentsOf } from './object-store';
import { type DirectAccess, mostParts, type UploadedPart } from './object-store-direct';
import type { S3Config } from './s3-client';
import { s3Error } from './s3-errors';
import { presignerOf } from './s3-presign';

/** Uploads and downloads that do not pass through the service. Clients must reach the bucket's endpoint by the name we have for it. */
export class S3DirectAccess implements DirectAccess {
  constructor(
    private readonly client: S3Client,
    private readonly config: S3Config,
  ) {}

  startUpload(key: string, parts: number): Promise<{ uploadId: string; urls: string[] }> {
    if (parts < 1 || parts > mostParts)
      throw new ServiceError(400, 'INVALID_PARAMETER_VALUE', `expected 1 to ${mostParts} parts, got ${parts}`);
    const object = this.object(key);
    return this.told(async () => {
      const sign = await presignerOf(this.client, object);
      const { UploadId: uploadId = '' } = await this.client.send(new CreateMultipartUploadCommand(object));
      const numbers = Array.from({ length: parts }, (_, index) => String(index + 1));
      return { uploadId, urls: await Promise.all(numbers.map((partNumber) => sign('PUT', { partNumber, uploadId }))) };
    });
  }

  async completeUpload(key: string, UploadId: string, parts: readonly UploadedPart[]): Promise<void> {
    const inOrder = parts.toSorted((a, b) => a.number - b.number);
    const MultipartUpload = { Parts: inOrder.map(({ number, etag }) => ({ PartNumber: number, ETag: etag })) };
    const command = new CompleteMultipartUploadCommand({ ...this.object(key), UploadId, MultipartUpload });
    await this.told(() => this.client.send(command));
  }

  async abortUpload(key: string, UploadId: string): Promise<void> {
    await this.told(() => this.client.send(new AbortMultipartUploadCommand({ ...this.object(key), UploadId })));
  }

  download(key: string): Promise<{ url: string; size: number } | undefined> {
    const object = this.object(key);
    return this.told(async () => {
      try {
        const { ContentLength: size = 0 } = await this.client.send(new HeadObjectCommand(object));
        const sign = await presignerOf(this.client, object);
        return { url: await sign('GET'), size };
      } catch (error) {
        // A HEAD has no body that could say more.
        if ((error as Error).name === 'NotFound') return undefined;
        throw error;
      }
    });
  }

  private object(key: string) {
    const { bucket, prefix } = this.config;
    return { Bucket: bucket, Key: [...(prefix === '' ? [] : [prefix]), ...segmentsOf(key)].join('/') };
  }

  private async told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if ((error as Error).name === 'NoSuchUpload')
        throw new ServiceError(
          404,
          'RESOURCE_DOES_NOT_EXIST',
          'No such upload: it was completed or aborted, or never begun',
        );
      throw s3Error(error, this.config);
    }
  }
}
