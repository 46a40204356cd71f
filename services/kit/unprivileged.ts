import { execFileSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { ProgramError } from './errors';

/** A user of this machine by its numbers. */
interface Ids {
  readonly uid: number;
  readonly gid: number;
}

/**
 * As root: gives the folder to a user without rights and goes on as that user, for good. It is the folder's owner, the one who
 * called sudo, `postgres`, or `nobody`.
 * @param mayTake whether a folder of root's may be given away
 * @returns the user's name; `undefined` when this process was not root
 * @throws ProgramError when there is no such user, or the folder must stay root's
 */
export function becomeUnprivileged(directory: string, mayTake: boolean): string | undefined {
  const { getuid, setgroups, setgid, setuid } = process;
  if (getuid?.() !== 0 || !setgroups || !setgid || !setuid) return undefined;
  const owner = statSync(directory);
  const ids = owner.uid === 0 ? chooseUser() : owner;
  if (owner.uid === 0) {
    if (!mayTake)
      throw new ProgramError(
        `Postgres refuses to run as root, got ${directory}, which belongs to root and is not empty; choose a new folder, or give it to a user (chown -R)`,
      );
    chownSync(directory, ids.uid, ids.gid);
  }
  setgroups([ids.gid]);
  setgid(ids.gid);
  setuid(ids.uid);
  return nameOf(ids.uid);
}

function chooseUser(): Ids {
  const { SUDO_UID, SUDO_GID } = process.env;
  const found = [{ uid: Number(SUDO_UID), gid: Number(SUDO_GID) }, idsOf('postgres'), idsOf('nobody')];
  const ids = found.find((candidate) => candidate !== undefined && candidate.uid > 0 && candidate.gid > 0);
  if (ids !== undefined) return ids;
  throw new ProgramError(
    "Postgres refuses to run as root, got no user 'postgres' or 'nobody' to run as; add one (useradd postgres), or run as another user",
  );
}

function idsOf(user: string): Ids | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(id(flag, user)));
  return uid && gid ? { uid, gid } : undefined;
}

const nameOf = (uid: number) => id('-un', String(uid)) ?? String(uid);

function id(flag: string, user: string): string | undefined {
  try {
    return execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}
