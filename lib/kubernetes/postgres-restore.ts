import type { Problem } from '../core/errors';
import type { Archive } from '../operators/postgres-backups';

/** A server made from the backups of the one before it. */
export interface RestoredServer {
  /** Of the new server, such as `database-2`. */
  readonly name: string;
  /**
   * How far the archive is replayed: a time with its zone, such as `2026-11-23T09:30:00Z`.
   * @default - to its end
   */
  readonly until?: string | undefined;
  /**
   * Keeps the server before it, untouched beside the new one. Set it to false when nobody needs that one any more.
   * @default true
   */
  readonly keepPrevious?: boolean | undefined;
}

/** A server of the platform, and from whose archive it is made. */
export interface PlannedServer {
  readonly name: string;
  /** @default - it starts empty */
  readonly from?: Archive | undefined;
}

/** Not `postgres`, because its Secrets would be `postgres-<component>`, which are those of the roles. */
export const firstServer = 'database';

/** Pods that read the archive before a restored server has pods of its own; the operator gives them no labels of ours. */
export const recoveryPods = { 'cnpg.io/jobRole': 'full-recovery' };

type Restored = readonly RestoredServer[] | undefined;

/** The server that services use. */
export const serverInUse = (restored: Restored): string => restored?.at(-1)?.name ?? firstServer;

/** The servers that are there, the oldest first. */
export function plannedServers(restored: Restored = []): PlannedServer[] {
  const all = [
    { name: firstServer },
    ...restored.map(({ name, until }, i) => ({ name, from: { server: serverInUse(restored.slice(0, i)), until } })),
  ];
  return all.slice(restored.findLastIndex(({ keepPrevious }) => keepPrevious === false) + 1);
}

export function restoreProblems(restored: Restored = [], hasBackups: boolean): Problem[] {
  const names = [firstServer, ...restored.map(({ name }) => name)];
  const twice = names.filter((name, i) => names.indexOf(name) < i);
  return [
    ...(restored.length > 0 && !hasBackups
      ? [
          {
            what: 'postgres.restored needs the archive that a server is made from',
            got: 'no postgres.backup',
            do: 'give postgres.backup as it was when the backups were made',
          },
        ]
      : []),
    ...twice.map((name) => ({
      what: 'postgres.restored needs a new name for each server',
      got: `'${name}' again`,
      do: `take one that no server had, such as '${firstServer}-${names.length}': the archive keeps the old ones apart by it`,
    })),
  ];
}
