import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IConstruct } from 'constructs';
import { stackFolder } from '../../core/app';
import { attempt, type Problem, report } from '../../core/errors';
import { type Memory, mebibytes } from '../../core/units';

/** A volume in GiB, and how far RDS may grow it by itself. */
export interface RdsVolume {
  readonly allocated: number;
  readonly max: number;
}

/** Whole GiB; RDS takes gp3 volumes for Postgres from 20 GiB to 64 TiB. */
const smallest = 20;
const largest = 65_536;

/** Reads and checks the sizes of a volume, `undefined` where a unit is wrong. */
export function volume(scope: IConstruct, storage: Memory, maxStorage: Memory | undefined): RdsVolume | undefined {
  const allocated = attempt(scope, () => mebibytes(storage) / 1024);
  const max =
    maxStorage === undefined
      ? allocated && Math.min(allocated * 5, largest)
      : attempt(scope, () => mebibytes(maxStorage) / 1024);
  if (allocated === undefined || max === undefined) return undefined;
  for (const problem of volumeProblems(allocated, max)) report(scope, problem);
  return { allocated, max };
}

/** RDS wants room of a tenth to grow by itself. */
function volumeProblems(allocated: number, max: number): Problem[] {
  const problems: Problem[] = [];
  if (!Number.isInteger(allocated) || allocated < smallest || allocated > largest) {
    const what = `storage of a database is whole GiB, from ${smallest} to ${largest}`;
    problems.push({
      what,
      got: `${allocated} GiB`,
      do: allocated > largest ? 'lower it' : `give at least '${smallest} GiB'`,
    });
  }
  if (!Number.isInteger(max) || max < allocated * 1.1 || max > largest) {
    const what = `maxStorage of a database is whole GiB, a tenth or more above storage and at most ${largest}`;
    problems.push({
      what,
      got: `${max} GiB with storage ${allocated} GiB`,
      do: `give at least '${Math.ceil(allocated * 1.1)} GiB'`,
    });
  }
  return problems;
}

/**
 * A volume never shrinks. With room to grow, the provider would drop the difference in silence; so what the last synth
 * wrote is compared, where there is one on this machine.
 */
export function shrinkProblems(scope: IConstruct, logicalId: string, { allocated }: RdsVolume): Problem[] {
  const file = join(stackFolder(scope), 'cdk.tf.json');
  if (!existsSync(file)) return [];
  const before = JSON.parse(readFileSync(file, 'utf8')).resource?.aws_db_instance?.[logicalId];
  const was = before?.allocated_storage;
  if (typeof was !== 'number' || was <= allocated) return [];
  return [
    {
      what: 'the volume of a database never shrinks',
      got: `${allocated} GiB after ${was} GiB`,
      do: `keep storage at '${was} GiB', or remove ${file} if that was never applied`,
    },
  ];
}
