import type { Problem } from '../core/errors';
import { type AcceleratorName, acceleratorNames, catalogue, isAcceleratorName, type MigProfile } from './catalogue';

/** What a pod gets on nodes of one pool: a whole card, a MIG slice of it, or a turn on it. */
export type Device<Name extends AcceleratorName = AcceleratorName> = Name extends AcceleratorName
  ? {
      readonly accelerator: Name;
      /**
       * Every card is cut into slices of this profile (MIG strategy `mixed`).
       * @default - whole cards
       */
      readonly mig?: MigProfile<Name> | undefined;
      /**
       * Pods that take turns on one card or slice; nothing keeps them from using each other's memory.
       * @default - one pod at a time
       */
      readonly timeSlicing?: number | undefined;
    }
  : never;

/** A device as a JSON file may ask for it, before it is checked. */
export interface DeviceInput {
  readonly accelerator: string;
  /** @default - whole cards */
  readonly mig?: string | undefined;
  /** @default - one pod at a time */
  readonly timeSlicing?: number | undefined;
  /**
   * Least number of nodes of its pool.
   * @default - the nodes are there already
   */
  readonly minNodes?: number | undefined;
}

/** Memory of one device in MiB: of the card, of the slice, or the fair share of those who take turns. */
export function deviceMemory({ accelerator, mig, timeSlicing }: Device): number {
  const card = catalogue[accelerator];
  const slice = mig === undefined ? undefined : card.mig?.[mig];
  return Math.floor((slice ?? card).memoryMiB / (timeSlicing ?? 1));
}

/** Devices that a node with `gpus` cards offers. */
export function devicesOf({ accelerator, mig, timeSlicing }: Device, gpus: number): number {
  const slices = mig === undefined ? 1 : (catalogue[accelerator].mig?.[mig]?.count ?? 1);
  return gpus * slices * (timeSlicing ?? 1);
}

/** Whether a pod gets the card for itself. Only of whole cards can one pod use several. */
export const isWhole = ({ mig, timeSlicing }: Device) => mig === undefined && (timeSlicing ?? 1) === 1;

/** `23034` → `'22.4 GiB'`: rounded down, so that no message promises more than there is. */
export const gib = (mebibytes: number) => `${Math.floor(mebibytes / 102.4) / 10} GiB`;

/** `'L4 (22.4 GiB, sold as 24 GB)'`, `'A30 1g.6gb (5.7 GiB)'`, `'T4 shared by 4 (3.7 GiB each)'`. */
export function describeDevice(device: Device): string {
  const { accelerator, mig, timeSlicing = 1 } = device;
  const name = mig === undefined ? accelerator : `${accelerator} ${mig}`;
  const memory = gib(deviceMemory(device));
  if (timeSlicing > 1) return `${name} shared by ${timeSlicing} (${memory} each)`;
  return mig === undefined
    ? `${name} (${memory}, sold as ${catalogue[accelerator].soldAsGB} GB)`
    : `${name} (${memory})`;
}

/**
 * Everything that cannot work about the devices of a pool.
 * @param where who asks, in the user's words: `"pool 'a30'"`
 */
export function deviceProblems(where: string, input: DeviceInput): Problem[] {
  const { accelerator, mig, timeSlicing, minNodes } = input;
  if (!isAcceleratorName(accelerator)) return [unknownAccelerator(where, accelerator)];
  const problems: Problem[] = [];
  if (mig !== undefined) problems.push(...migProblems(where, accelerator, mig));
  if (timeSlicing !== undefined && !(Number.isInteger(timeSlicing) && timeSlicing >= 2)) {
    problems.push({
      what: `${where} needs a number of pods that take turns`,
      got: `timeSlicing ${timeSlicing}`,
      do: 'set it to 2 or more, or leave it out',
    });
  }
  const shared = [...(mig === undefined ? [] : ['MIG']), ...(timeSlicing === undefined ? [] : ['time-slicing'])];
  if (shared.length > 0 && minNodes !== undefined && minNodes < 1) {
    problems.push({
      what: `${where} uses ${shared.join(' and ')} and needs at least one node: autoscalers cannot start it from zero`,
      got: `a minimum of ${minNodes}`,
      do: `set its minimum to 1, or leave out ${shared.map((kind) => (kind === 'MIG' ? 'mig' : 'timeSlicing')).join(' and ')}`,
    });
  }
  return problems;
}

/** A name that is no card: what was meant, if that can be guessed, or all that there are. */
export function unknownAccelerator(where: string, name: string): Problem {
  const plain = (text: string) => text.toLowerCase().replace(/nvidia|geforce|tesla|rtx|[^a-z0-9]/g, '');
  const wanted = plain(name);
  const near = acceleratorNames.filter(
    (known) => wanted !== '' && (plain(known).startsWith(wanted) || wanted.startsWith(plain(known))),
  );
  const names = near.length > 0 ? near : acceleratorNames;
  return {
    what: `${where} names an accelerator that is not in the catalogue`,
    got: `'${name}'`,
    do: `use ${alternatives(names)}`,
  };
}

function migProblems(where: string, accelerator: AcceleratorName, mig: string): Problem[] {
  const slices = catalogue[accelerator].mig;
  if (slices && Object.hasOwn(slices, mig)) return [];
  if (slices) {
    const profiles = Object.keys(slices);
    return [
      {
        what: `${where} asks for a MIG profile that ${accelerator} does not have`,
        got: `'${mig}'`,
        do: `use ${alternatives(profiles)}`,
      },
    ];
  }
  const able = acceleratorNames.filter((name) => catalogue[name].mig);
  return [
    {
      what: `${where} asks for MIG, which ${accelerator} does not have`,
      got: `'${mig}'`,
      do: `leave out mig, or use ${alternatives(able)}`,
    },
  ];
}

const alternatives = (names: readonly string[]) =>
  names
    .map((name) => `'${name}'`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1');
