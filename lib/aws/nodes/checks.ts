import type { Problem } from '../../core/errors';
import { mebibytes } from '../../core/units';
import type { ZoneLetter } from '../regions';
import type { NodePool, NodePools } from './pool';

/** The pool that is always there. */
export const systemPool = 'system';

export function systemProblems(pools: NodePools): Problem[] {
  const system = pools[systemPool];
  const where = `pool '${systemPool}'`;
  if (!system) {
    const got = Object.keys(pools).join(', ') || 'no pools at all';
    return [{ what: `pools lack '${systemPool}'`, got, do: 'add it: CoreDNS and the autoscalers run there' }];
  }
  return [
    ...(system.spot
      ? [{ what: `${where} cannot run on spot`, got: 'spot: true', do: 'leave out spot: what starts nodes runs there' }]
      : []),
    ...(system.retiring
      ? [
          {
            what: `${where} cannot retire`,
            got: 'retiring: true',
            do: 'change its types in place: its nodes are made before the old ones go',
          },
        ]
      : []),
    ...(system.min < 1
      ? [{ what: `${where} needs a node at all times`, got: `a minimum of ${system.min}`, do: 'set min to 1 or more' }]
      : []),
  ];
}

/** The volume that the image of AL2023 is a snapshot of. Source: awslabs/amazon-eks-ami#1581. */
const smallestDisk = 20;

export function diskProblems(name: string, { disk }: NodePool): Problem[] {
  if (disk === undefined || mebibytes(disk) >= smallestDisk * 1024) return [];
  return [
    {
      what: `pool '${name}' has a disk on which the image of its nodes does not fit`,
      got: `'${disk}'`,
      do: `give at least '${smallestDisk} GiB', and room for images`,
    },
  ];
}

/** Jobs start again, and other endpoints answer; services and what holds data must not go within two minutes. */
export const spotProblems = (name: string, { spot, purposes }: NodePool): Problem[] =>
  spot && name !== systemPool && purposes.includes('services')
    ? [
        {
          what: `pool '${name}' cannot run on spot`,
          got: "spot: true for 'services'",
          do: "leave out spot, or 'services': they and what holds data would go with two minutes' notice",
        },
      ]
    : [];

export function sizeProblems(name: string, pool: NodePool, zones: readonly ZoneLetter[]): Problem[] {
  const { min, max } = pool;
  const missing = (pool.zones ?? []).filter((letter) => !zones.includes(letter));
  const problems: Problem[] = [];
  if (!(Number.isInteger(min) && Number.isInteger(max) && min >= 0 && max >= 1 && max >= min)) {
    problems.push({
      what: `pool '${name}' needs whole numbers of nodes, min at most max, max at least 1`,
      got: `min ${min}, max ${max}`,
      do: 'correct them, or remove the pool',
    });
  }
  if (missing.length > 0 || pool.zones?.length === 0) {
    problems.push({
      what: `pool '${name}' is in zones that the cluster does not have`,
      got: missing.join(', ') || '[]',
      do: `use ${zones.join(', ')}`,
    });
  }
  return problems;
}
