import { type Problem, problemsOf } from '../core/errors';
import { type Memory, mebibytes } from '../core/units';
import { type AcceleratorName, isAcceleratorName } from './catalogue';
import { unknownAccelerator } from './device';

/** Why a pod wants a node. Experiments and retraining share the accelerators of training. */
export type Purpose = 'training' | 'retraining' | 'experiments' | 'serving' | 'processing' | 'services';

/** What is wanted, said by need (`memory`) or by name (`accelerator`). */
export interface Need {
  readonly purpose: Purpose;
  /**
   * Memory of one accelerator as its driver reports it; for serving that of the model and one batch.
   * @default - any, when an accelerator is named
   */
  readonly memory?: Memory | undefined;
  /**
   * An accelerator by name.
   * @default - by the rules for the purpose, the smallest that fits `memory`
   */
  readonly accelerator?: AcceleratorName | undefined;
  /**
   * Accelerators on one node.
   * @default 1
   */
  readonly count?: number | undefined;
}

const cpuOnly: Partial<Record<Purpose, string>> = {
  processing: 'data processing runs on CPUs only',
  services: 'services run on CPUs only',
};

/** Everything that is wrong with a need, wherever it is asked. */
export function needProblems({ purpose, memory, accelerator, count = 1 }: Need): (Problem | string)[] {
  const problems: (Problem | string)[] = [];
  const asked = [
    ...(accelerator === undefined ? [] : [`accelerator '${accelerator}'`]),
    ...(memory === undefined ? [] : [`memory '${memory}'`]),
  ];
  const rule = cpuOnly[purpose];
  if (rule !== undefined && asked.length > 0) {
    problems.push({ what: rule, got: asked.join(' and '), do: 'leave out accelerator and memory' });
  }
  if (accelerator !== undefined && !isAcceleratorName(accelerator)) {
    problems.push(unknownAccelerator(`a need for ${purpose}`, accelerator));
  }
  if (memory !== undefined) problems.push(...problemsOf(() => mebibytes(memory)));
  if (rule === undefined && asked.length === 0 && count > 1) {
    problems.push({
      what: 'a count of accelerators says nothing of which',
      got: `count ${count}`,
      do: 'add memory or accelerator, or leave out count',
    });
  }
  if (!(Number.isInteger(count) && count >= 1)) {
    problems.push({ what: 'count must be a whole number of accelerators', got: `${count}`, do: 'set it to 1 or more' });
  }
  return problems;
}
