import type { Problem } from './errors';

/**
 * Names are the contract between stacks: each is a pure function of the platform's name and an id, so that a later
 * stack writes the same literal instead of reading another stack's state.
 */
export const names = {
  /** Services, their identities and the secrets of databases. */
  namespace: (platform: string) => platform,
  /** Jobs of users: training, retraining, experiments. */
  jobsNamespace: (platform: string) => `${platform}-jobs`,
  /** Database and role of one component; Postgres folds no case and needs no quotes for it. */
  database: (platform: string, component: string) => `${platform}_${component}`.replaceAll('-', '_'),
  /** The Secret that holds the password of one component's database role. */
  databaseSecret: (component: string) => `postgres-${component}`,
};

const dnsLabel = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Problems of a name that becomes a Kubernetes object's name: a DNS label of at most `max` characters. */
export function nameProblems(what: string, name: string, max = 63): Problem[] {
  const problems: Problem[] = [];
  if (!dnsLabel.test(name)) {
    problems.push({
      what: `${what} is not a DNS label`,
      got: `'${name}'`,
      do: 'use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit',
    });
  }
  if (name.length > max) {
    problems.push({
      what: `${what} is longer than ${max} characters`,
      got: `'${name}' (${name.length})`,
      do: `shorten it by ${name.length - max}`,
    });
  }
  return problems;
}

/** Longest name of a platform: what is added to it, such as `-experiments`, must still fit. */
export const longestPlatformName = 30;

/** Problems of a platform's name. */
export const platformNameProblems = (platform: string) =>
  nameProblems('the name of the platform', platform, longestPlatformName);
