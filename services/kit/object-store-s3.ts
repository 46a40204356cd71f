import type { Readable } from 'node:stream';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  paginateListObjectsV2,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { byName, type Entry, type ObjectStore, type StoredObject, segmentsOf } from './object-store';
import type { DirectAccess } from './object-store-direct';
import { S3DirectAccess } from './object-store-s3-direct';
import { type S3Config, s3Client } from './s3-client';
import { s3Error } from './s3-errors';

const mebibyte = 1024 * 1024;

/** Objects in a bucket of S3 or of a server that speaks like it. */
export class S3ObjectStore implements ObjectStore {
  /** Ways past this process, for clients that reach the bucket. */
  readonly direct: DirectAccess;
  private readonly client: S3Client;
  private readonly root: string;

  constructor(private readonly config: S3Config) {
    this.client = s3Client(config);
    this.direct = new S3DirectAccess(this.client, config);
    this.root = config.prefix === '' ? '' : `${config.prefix}/`;
  }

  async put(key: string, body: Readable, size = 0): Promise<void> {
    // At most 10,000 parts, each of them in memory twice: the part grows with the object, S3's smallest is enough up to 43 GiB.
    const partSize = Math.max(5 * mebibyte, Math.ceil(size / 9000));
    const params = { Bucket: this.config.bucket, Key: this.key(key), Body: body };
    const upload = new Upload({ client: this.client, partSize, queueSize: 2, params });
    try {
      await upload.done();
    } catch (error) {
      throw body.errored ?? this.explain(error);
    }
  }

  async get(key: string): Promise<StoredObject | undefined> {
    try {
      const { Body, ContentLength = 0 } = await this.client.send(
        new GetObjectCommand({ Bucket: this.config.bucket, Key: this.key(key) }),
      );
      return { body: Body as Readable, size: ContentLength };
    } catch (error) {
      if (error instanceof S3ServiceException && error.name === 'NoSuchKey') return undefined;
      throw this.explain(error);
    }
  }

  async list(folder: string): Promise<Entry[]> {
    const prefix = folder === '' ? this.root : `${this.key(folder)}/`;
    const entries: Entry[] = [];
    try {
      for await (const page of this.pages(prefix, '/')) {
        for (const { Prefix = '' } of page.CommonPrefixes ?? [])
          entries.push({ name: Prefix.slice(prefix.length, -1), isFolder: true });
        for (const { Key = '', Size = 0 } of page.Contents ?? [])
          if (Key !== prefix) entries.push({ name: Key.slice(prefix.length), isFolder: false, size: Size });
      }
    } catch (error) {
      throw this.explain(error);
    }
    return entries.sort(byName);
  }

  async delete(key: string): Promise<void> {
    const Bucket = this.config.bucket;
    const remove = (keys: string[]) =>
      this.client.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) } }),
      );
    try {
      for await (const page of this.pages(`${this.key(key)}/`)) {
        const keys = (page.Contents ?? []).map(({ Key = '' }) => Key);
        if (keys.length > 0) await remove(keys);
      }
      await remove([this.key(key)]);
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Lists below the prefix, not the bucket: a policy may allow no more than that. */
  readonly check = async (): Promise<void> => {
    try {
      await this.client.send(new ListObjectsV2Command({ Bucket: this.config.bucket, Prefix: this.root, MaxKeys: 1 }));
    } catch (error) {
      throw this.explain(error);
    }
  };

  close(): void {
    this.client.destroy();
  }

  private key(key: string): string {
    return this.root + segmentsOf(key).join('/');
  }

  private pages(prefix: string, delimiter?: string) {
    const input = {
      Bucket: this.config.bucket,
      Prefix: prefix,
      ...(delimiter !== undefined && { Delimiter: delimiter }),
    };
    return paginateListObjectsV2({ client: this.client }, input);
  }

  private explain(error: unknown): unknown {
    return s3Error(error, this.config);
  }
}
