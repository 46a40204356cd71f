import { choose } from '../../accelerators/choose';
import { type Device, deviceProblems } from '../../accelerators/device';
import { acceleratorOfEc2Type, ec2Type } from '../../accelerators/ec2';
import { awsPlace } from '../../accelerators/place';
import { PlatformError, type Problem } from '../../core/errors';
import { nameProblems } from '../../core/names';
import type { ZoneLetter } from '../regions';
import { diskProblems, sizeProblems, spotProblems, systemProblems } from './checks';
import type { NodePool, NodePools } from './pool';
import { isNodeType, type NodeType, nodeType, unknownNodeType } from './types';

/** A pool whose nodes are known. */
export interface PlannedPool {
  readonly name: string;
  readonly declared: NodePool;
  /** Never empty. */
  readonly types: readonly NodeType[];
  /** @default - a CPU pool */
  readonly device?: Device | undefined;
  /** Cards of one node. */
  readonly gpus: number;
}

/** With a zone's letter and dashes behind it, it is the prefix of a node group's name; with the platform's before it, a Kueue flavor. */
const longestPoolName = 30;

/**
 * Pools with their EC2 types and accelerators.
 * @throws PlatformError with everything that is wrong with any of them
 */
export function planPools(pools: NodePools, zones: readonly ZoneLetter[]): PlannedPool[] {
  const problems: (Problem | string)[] = [...systemProblems(pools)];
  const planned = Object.entries(pools).flatMap(([name, pool]) => {
    problems.push(
      ...nameProblems('the name of a pool', name, longestPoolName),
      ...sizeProblems(name, pool, zones),
      ...spotProblems(name, pool),
    );
    try {
      problems.push(...diskProblems(name, pool));
      return [planPool(name, pool)];
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  problems.push(...planned.flatMap((pool) => sharedDeviceProblems(pool, zones)));
  if (problems.length > 0) throw new PlatformError(...problems);
  return planned;
}

function planPool(name: string, pool: NodePool): PlannedPool {
  const where = `pool '${name}'`;
  if (pool.accelerator !== undefined) {
    const problems = deviceProblems(where, { ...pool, minNodes: pool.min });
    if (problems.length > 0) throw new PlatformError(...problems);
  }
  const names = typeNames(pool);
  const unknown = names.filter((type) => !isNodeType(type) && acceleratorOfEc2Type(type) === undefined);
  if (names.length === 0 || unknown.length > 0) {
    const none: Problem = { what: `${where} has no EC2 type`, got: '[]', do: 'name one in instanceTypes' };
    throw new PlatformError(...(names.length === 0 ? [none] : unknown.map((type) => unknownNodeType(where, type))));
  }
  const types = names.filter(isNodeType).map(nodeType);
  const cards = types.map(({ name: type }) => acceleratorOfEc2Type(type));
  const problems = [...archProblems(where, pool, types), ...mixProblems(where, pool, types)];
  if (problems.length > 0) throw new PlatformError(...problems);
  const gpus = cards[0]?.gpus ?? 0;
  const device = pool.accelerator === undefined ? cards[0] && { accelerator: cards[0].accelerator } : deviceOf(pool);
  return { name, declared: pool, types, gpus, ...(device ? { device } : {}) };
}

const deviceOf = ({ accelerator, mig, timeSlicing }: Extract<NodePool, { accelerator: string }>) =>
  ({ accelerator, mig, timeSlicing }) as Device;

function typeNames(pool: NodePool): readonly string[] {
  const purpose = pool.purposes.includes('serving') && !pool.purposes.includes('training') ? 'serving' : 'training';
  if (pool.memory !== undefined) {
    const { memory, count } = pool;
    const found = choose({ purpose, memory, count }, awsPlace);
    return found ? [ec2Type(found.accelerator, count).name] : [];
  }
  // a JSON file may leave all three out
  if (pool.accelerator === undefined) return pool.instanceTypes ?? [];
  const { accelerator, count } = pool;
  // a JSON file may name a card that EC2 does not have: this says which comes nearest
  choose({ purpose, accelerator, count }, awsPlace);
  return pool.instanceTypes ?? [ec2Type(accelerator, count).name];
}

function archProblems(where: string, { arch = 'amd64' }: NodePool, types: readonly NodeType[]): Problem[] {
  const others = types.filter((type) => type.arch !== arch);
  if (others.length === 0) return [];
  return [
    {
      what: `${where} has EC2 types of another architecture than '${arch}'`,
      got: others.map(({ name, arch: other }) => `'${name}' (${other})`).join(', '),
      do: `take types of ${arch}, or set arch to the one that its images are built for`,
    },
  ];
}

/** Autoscalers take the first type for all of them. */
function mixProblems(where: string, pool: NodePool, types: readonly NodeType[]): Problem[] {
  const cards = types.map(({ name }) => {
    const card = acceleratorOfEc2Type(name);
    return { name, text: card ? `${card.gpus} × ${card.accelerator}` : 'no GPU', accelerator: card?.accelerator };
  });
  const got = cards.map(({ name, text }) => `'${name}' (${text})`).join(', ');
  const problems: Problem[] = [];
  if (new Set(cards.map(({ text }) => text)).size > 1) {
    problems.push({ what: `${where} mixes EC2 types with different accelerators`, got, do: 'make a pool of each' });
  }
  if (pool.accelerator !== undefined && cards.some(({ accelerator }) => accelerator !== pool.accelerator)) {
    problems.push({
      what: `${where} has EC2 types without ${pool.accelerator}`,
      got,
      do: 'leave out instanceTypes, or accelerator',
    });
  }
  return problems;
}

function sharedDeviceProblems({ name, declared, device }: PlannedPool, zones: readonly ZoneLetter[]): Problem[] {
  if (declared.retiring || (device?.mig === undefined && device?.timeSlicing === undefined)) return [];
  const empty = zoneSizes(declared, zones).filter(({ min }) => min === 0);
  if (empty.length === 0 || declared.min === 0) return [];
  return [
    {
      what: `pool '${name}' shares its accelerators and needs a node in each of its zones: autoscalers cannot start them from zero`,
      got: `a minimum of ${declared.min}, none in zone ${empty.map(({ letter }) => letter).join(', ')}`,
      do: `set min to ${declared.min + empty.length}, or zones to fewer`,
    },
  ];
}

/**
 * How many nodes of a pool each zone may have; zones without any are left out.
 * @param zones oldest first, so that a new one takes from none its last node
 */
export function zoneSizes(pool: NodePool, zones: readonly ZoneLetter[]) {
  const used = zones.filter((letter) => pool.zones?.includes(letter) ?? true);
  const share = (total: number, index: number) =>
    Math.floor(total / used.length) + (index < total % used.length ? 1 : 0);
  const min = pool.retiring ? 0 : pool.min;
  return used
    .map((letter, index) => ({ letter, min: share(min, index), max: share(pool.max, index) }))
    .filter(({ max }) => max > 0);
}
