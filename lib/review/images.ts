import type { ImageLock } from '../core/images';
import type { StackJson } from './output';

/** Every image that a stack's containers name, sorted; also those in a chart's values where these are JSON. */
export function imagesIn(stack: StackJson): string[] {
  const found = new Set<string>();
  const visit = (value: unknown, key = ''): void => {
    if (typeof value === 'string') {
      if (key === 'image') found.add(value);
      else visitJson(value);
    } else if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === 'object' && value !== null)
      for (const [name, item] of Object.entries(value)) visit(item, name);
  };
  const visitJson = (text: string): void => {
    if (!/^\s*[[{]/.test(text)) return;
    try {
      visit(JSON.parse(text));
    } catch {
      // text that only looks like JSON holds no image that we could read
    }
  };
  visit(stack.resource ?? {});
  return [...found].sort();
}

/** Why an image that a stack names may be another one tomorrow, or is not the one that was pushed; undefined when neither. */
export function imageProblem(image: string, lock: ImageLock | undefined): string | undefined {
  const [name = '', digest] = image.split('@');
  if (digest === undefined) return `'${image}' is named by tag, and a tag can move; ${pinAdvice(name, lock)}`;
  if (!lock || !name.startsWith(`${lock.repository}/`)) return undefined;
  const own = name.slice(lock.repository.length + 1);
  const locked = lock.images[own];
  if (locked === digest) return undefined;
  return locked === undefined
    ? `'${image}' is not in the lock file; run 'mlops images push ${own}', then 'mlops synth'`
    : `'${image}' is not what was pushed last (${locked}); run 'mlops synth' again`;
}

const pinAdvice = (name: string, lock: ImageLock | undefined) =>
  lock && name.startsWith(`${lock.repository}/`)
    ? `give the platform the lock file, or run 'mlops images push ${name.slice(lock.repository.length + 1).split(':')[0]}'`
    : 'name it by digest, or give the platform the lock file of its images';
