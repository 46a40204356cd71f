import { imagesIn } from './images';
import { type Output, pathOf } from './output';

/** An image that a platform runs. */
export interface ListedImage {
  /** As a cluster pulls it. */
  readonly image: string;
  /** Its tag, or its digest. */
  readonly version: string;
  /** As SPDX writes it. @default - an image of yours */
  readonly licence?: string | undefined;
  /** Charts by name and version, resources by the path of their construct; sorted. */
  readonly by: readonly string[];
}

/** Every image of the stacks, sorted: what resources name, and what charts and their controllers start. */
export function imageList({ stacks, review }: Output): ListedImage[] {
  const noted = review.images ?? [];
  const by = new Map<string, Set<string>>();
  const add = (image: string, user: string) => by.set(image, (by.get(image) ?? new Set()).add(user));
  for (const { image, startedBy } of noted) if (startedBy !== undefined) add(image, startedBy);
  for (const stack of Object.values(stacks)) {
    for (const [type, resources] of Object.entries(stack.resource ?? {})) {
      // values of a chart name images in forms of its own; the chart was noted
      if (type === 'helm_release') continue;
      for (const [name, resource] of Object.entries(resources)) {
        for (const image of imagesIn({ resource: { [type]: { [name]: resource } } })) {
          add(image, parentOf(pathOf(resource) ?? `${type}.${name}`));
        }
      }
    }
  }
  return [...by]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([image, users]) => ({
      image,
      version: versionOf(image),
      licence: noted.find((one) => one.image === image)?.licence,
      by: [...users].sort(),
    }));
}

/** The construct without the id of its main resource. */
const parentOf = (path: string) => path.replace(/\/Resource$/, '');

function versionOf(image: string): string {
  const [name = '', digest] = image.split('@');
  return digest ?? /:([^/:]+)$/.exec(name)?.[1] ?? 'latest';
}
