import { PlatformError } from '../../lib/core/errors';
import type { Cluster as RealCluster } from './cluster';
import type { Expected } from './expected';

/** What is asked of a cluster. */
type Cluster = Pick<RealCluster, 'options' | 'object' | 'revisions' | 'chartOf'>;

/** Something that an interrupted apply left behind, and what repairs it. */
export interface Orphan {
  /** In words: what it is. */
  readonly what: string;
  /** A program and its arguments, to be run in the stack's folder. */
  readonly command: readonly [string, ...string[]];
}

/** Something of a name that the stack wants, and is not ours. */
interface Stranger {
  readonly what: string;
  /** @default - `kubectl delete`, as everybody knows */
  readonly remove?: string;
}

/**
 * What is in the cluster and not in the state, and releases that Helm left half done.
 * @param inState addresses that the state holds
 * @throws PlatformError naming every object that has the name of ours and is not ours
 */
export function orphansOf(expected: readonly Expected[], inState: ReadonlySet<string>, cluster: Cluster): Orphan[] {
  const found = expected.map((object) =>
    object.kind === 'helm_release'
      ? ofRelease(object, inState.has(object.address), cluster)
      : ofObject(object, inState.has(object.address), cluster),
  );
  const strangers = found.filter((one): one is Stranger => !Array.isArray(one));
  if (strangers.length > 0) {
    const removals = strangers.flatMap(({ remove }) => remove ?? []);
    throw new PlatformError({
      what: 'the stack wants names that somebody else has taken',
      got: strangers.map(({ what }) => what).join('; '),
      do: `remove those objects${removals.length > 0 ? ` (${removals.join('; ')})` : ''}, or give the platform another name; if they are ours, put the labels back`,
    });
  }
  return found.flatMap((one) => (Array.isArray(one) ? one : []));
}

const idOf = ({ name, namespace }: Expected) => (namespace === undefined ? name : `${namespace}/${name}`);
const titleOf = (object: Expected) => `${object.kind} ${idOf(object)}`;

function ofObject(object: Expected, isInState: boolean, cluster: Cluster): Orphan[] | Stranger {
  const live = isInState ? undefined : cluster.object(object);
  if (!live) return [];
  const missing = Object.entries(object.labels).filter(([key, value]) => live.labels[key] !== value);
  if (missing.length > 0)
    return { what: `${titleOf(object)} has no label ${missing.map(([k, v]) => `${k}=${v}`).join(', ')}` };
  return [{ what: titleOf(object), command: repairOf(object, cluster) }];
}

/**
 * A Secret is made anew: an import reads what is in it into the state. So is a Job: what it does it may do twice, and it
 * gives the role in Postgres the new password. Everything else stays where it is.
 */
function repairOf(object: Expected, cluster: Cluster): Orphan['command'] {
  const { kind, name, namespace = 'default' } = object;
  return ['secret', 'job'].includes(kind) ? deleteOf(cluster, kind, name, namespace) : importOf(object);
}

const deleteOf = ({ options }: Cluster, kind: string, name: string, namespace: string): Orphan['command'] => [
  'kubectl',
  ...options,
  'delete',
  kind,
  name,
  '-n',
  namespace,
];

const importOf = (object: Expected): Orphan['command'] => [
  'terraform',
  'import',
  '-input=false',
  object.address,
  idOf(object),
];

/** Helm refuses to go on while its newest revision says that somebody is at work on it. */
function ofRelease(release: Expected, isInState: boolean, cluster: Cluster): Orphan[] | Stranger {
  const revisions = cluster.revisions(release);
  const newest = revisions.at(-1);
  if (!newest) return [];
  const { name, namespace = 'default', chart } = release;
  const live = isInState || chart === undefined ? chart : cluster.chartOf(newest, release);
  if (live !== chart)
    return {
      what: `release ${idOf(release)} is of chart ${live}, not ${chart}`,
      remove: `helm uninstall ${name} -n ${namespace}`,
    };
  const what = `release ${idOf(release)}, ${newest.status}`;
  // the objects stay: Helm takes over those that carry the release's name
  const isCut = newest.status.startsWith('pending-') || (newest.status === 'failed' && !isInState);
  if (isCut) {
    const command = deleteOf(cluster, 'secret', newest.secret, namespace);
    const before = revisions.length > 1 && !isInState ? [{ what, command: importOf(release) }] : [];
    return [{ what, command }, ...before];
  }
  return isInState ? [] : [{ what, command: importOf(release) }];
}
