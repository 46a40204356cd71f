import { platformLabel } from '../core/labels';

/** Tags of a resource: what the user wants, its name, and the platform that it belongs to. */
export const platformTags = (platform: string, name: string, tags: Readonly<Record<string, string>> = {}) => ({
  ...tags,
  Name: name,
  [platformLabel]: platform,
});
