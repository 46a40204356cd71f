/** What a caller may do, each one more than the one before. */
export const roles = ['read', 'write', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who sends a request, as far as it matters here. */
export interface Principal {
  /** For logs. */
  readonly name: string;
  readonly role: Role;
  /** Names of registered models, or beginnings of names that end with `*`. `undefined`: all. */
  readonly models?: readonly string[] | undefined;
}

export const hasRole = ({ role }: Principal, needed: Role) => roles.indexOf(role) >= roles.indexOf(needed);

export const seesModel = ({ models }: Principal, name: string) =>
  models === undefined ||
  models.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
