import { quantity } from '../../core/resources';
import type { WrittenResource } from './written';

/** What a release keeps on disks, by the words of its chart. */
interface Kept {
  /** Path of the size or number, as a user knows it. */
  readonly path: string;
  readonly value: string | number;
  /** `grow`: less is refused, or loses data; `stay`: nothing else is accepted. */
  readonly may: 'grow' | 'stay';
  readonly because: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Why a change of a release's values is refused when it is applied, or loses data; nothing for most releases. */
export function releaseDangers(before: WrittenResource, after: WrittenResource): string[] {
  const old = keptOf(before);
  return keptOf(after).flatMap(({ path, value, may, because }) => {
    const was = old.find((one) => one.path === path)?.value;
    if (was === undefined || was === value) return [];
    const change = `${path} ${JSON.stringify(was)} → ${JSON.stringify(value)}`;
    if (may === 'stay') return [`cannot change: ${change}; ${because}`];
    return amount(value) < amount(was) ? [`cannot shrink: ${change}; ${because}`] : [];
  });
}

function keptOf({ attributes }: WrittenResource): Kept[] {
  const [text] = (attributes.values ?? []) as readonly unknown[];
  if (typeof text !== 'string' || !text.startsWith('{')) return [];
  const values = JSON.parse(text) as Json;
  const ofChart = attributes.chart === 'seaweedfs' || String(attributes.chart).includes('/seaweedfs-');
  return ofChart ? seaweedfs(values) : ((values.manifests ?? []) as Json[]).flatMap(postgres);
}

/** CloudNativePG (postgresql.cnpg.io/v1): its webhook refuses less. */
function postgres({ kind, apiVersion, spec }: Json): Kept[] {
  const size = at(spec, 'storage.size');
  if (kind !== 'Cluster' || !String(apiVersion).startsWith('postgresql.cnpg.io/') || typeof size !== 'string')
    return [];
  return [{ path: 'storage.size', value: size, may: 'grow', because: 'leave it as large as it was' }];
}

/** Claims of a StatefulSet are fixed; a volume server that goes takes the only copy of its files out of reach. */
function seaweedfs(values: Json): Kept[] {
  const kept = (path: string, may: Kept['may'], because: string): Kept[] => {
    const value = at(values, path);
    return typeof value === 'string' || typeof value === 'number' ? [{ path, value, may, because }] : [];
  };
  const fixed = 'the claims of its StatefulSet are fixed, grow by volumeServers';
  return [
    ...kept('volume.dataDirs.0.size', 'stay', fixed),
    ...kept('filer.data.size', 'stay', fixed),
    ...kept('volume.replicas', 'grow', 'files on the disks that go are lost to it, leave as many as there were'),
  ];
}

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((below, key) => (below as Json | undefined)?.[key], value);

/** Numbers as they are, sizes in bytes. */
const amount = (value: string | number): number =>
  typeof value === 'number' ? value : (quantity(value) ?? Number.NaN);
