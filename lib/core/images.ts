import { z } from 'zod';
import { PlatformError } from './errors';
import { readJson } from './json-file';

/** What `mlops images push` writes: the digest of each image, so that a tag that moves changes nothing. */
export const imageLockSchema = z.strictObject({
  /** Registry host and path before the image's name: `ghcr.io/acme`. */
  repository: z.string().min(1),
  images: z.record(
    z.string(),
    z.string().regex(/^sha256:[0-9a-f]{64}$/, "expected 'sha256:' and 64 hexadecimal digits"),
  ),
});
export type ImageLock = z.infer<typeof imageLockSchema>;

/** Services that a platform runs, by the name of their image. */
export const serviceImages = ['registry', 'database-bootstrap', 'model-server'] as const;
export type ServiceImage = (typeof serviceImages)[number];

export interface ImagesProps {
  /** Registry host and path before the image's name: `ghcr.io/acme`. */
  readonly repository: string;
  /** The tag of every image that the lock file does not hold. */
  readonly tag: string;
  /**
   * Path of the lock file that `mlops images push` writes.
   * @default - images are named by tag
   */
  readonly lockFile?: string | undefined;
}

/** Where the images of our services are. */
export class Images {
  private readonly lock: ImageLock | undefined;

  constructor(private readonly props: ImagesProps) {
    this.lock = props.lockFile === undefined ? undefined : readImageLock(props.lockFile);
    if (this.lock && this.lock.repository !== props.repository) {
      throw new PlatformError({
        what: `image lock file '${props.lockFile}' is of another registry than images.repository`,
        got: `'${this.lock.repository}' and '${props.repository}'`,
        do: `push the images there with 'mlops images push --repository ${props.repository}', or correct images.repository`,
      });
    }
  }

  /** `repository/name@sha256:…` from the lock file, else `repository/name:tag`. */
  image(name: ServiceImage): string {
    const digest = this.lock?.images[name];
    return digest ? `${this.lock?.repository}/${name}@${digest}` : `${this.props.repository}/${name}:${this.props.tag}`;
  }

  /** True when the reference can never mean another image later. */
  isPinned(name: ServiceImage): boolean {
    return this.lock?.images[name] !== undefined;
  }
}

/** @throws PlatformError when there is no such file, or it does not hold a lock */
export function readImageLock(path: string): ImageLock {
  const name = 'image lock file';
  const broken = "write it anew with 'mlops images push'";
  const json = readJson({ path, name, missing: "run 'mlops images push', or leave lockFile out", broken });
  const result = imageLockSchema.safeParse(json);
  if (result.success) return result.data;
  throw new PlatformError({
    what: `${name} '${path}' is not a lock of images`,
    got: z.prettifyError(result.error).replace(/\s*\n\s*/g, ' '),
    do: broken,
  });
}
