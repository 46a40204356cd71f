/** A part that a client has uploaded, as the bucket answered it. */
export interface UploadedPart {
  /** From 1. */
  readonly number: number;
  readonly etag: string;
}

/**
 * Ways past the service, for large objects: clients talk to the bucket itself, by URLs that carry a signature and end after an
 * hour. Whoever has such a URL may use it; it lets in to one object, or one part of it, and to nothing else.
 */
export interface DirectAccess {
  /** A URL to PUT each part to, in order. Nothing is visible before the upload is completed. */
  startUpload(key: string, parts: number): Promise<{ readonly uploadId: string; readonly urls: readonly string[] }>;
  /** Puts the parts together: the object is there, whole. */
  completeUpload(key: string, uploadId: string, parts: readonly UploadedPart[]): Promise<void>;
  /** Throws away what was uploaded. */
  abortUpload(key: string, uploadId: string): Promise<void>;
  /** A URL to GET the object from, with ranges if wanted; `undefined` when there is no such object. Size in bytes. */
  download(key: string): Promise<{ readonly url: string; readonly size: number } | undefined>;
}

/** Most parts of one object (S3, and whatever speaks like it). */
export const mostParts = 10_000;
