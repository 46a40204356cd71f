/** What is read of a pod (v1). */
export interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly Container[];
    readonly containerStatuses?: readonly Container[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

interface Container {
  readonly name: string;
  readonly ready: boolean;
  readonly image: string;
  readonly restartCount: number;
  readonly state: { readonly waiting?: Reason; readonly running?: object; readonly terminated?: Ended };
  readonly lastState?: { readonly terminated?: Ended };
}

interface Reason {
  readonly reason: string;
  readonly message?: string;
}

interface Ended {
  readonly reason?: string;
  readonly exitCode: number;
}

/** Why a pod is not ready, in Kubernetes' own words; undefined when it is, and when it has done its work. */
export function problemOf({ metadata, status }: Pod): string | undefined {
  if (status.phase === 'Succeeded' || is(status.conditions, 'Ready', 'True')) return undefined;
  const unscheduled = status.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (unscheduled) return `no node takes it: ${unscheduled.message}`;
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const reasons = containers.map(containerProblem).filter((reason) => reason !== undefined);
  if (reasons.length > 0) return `${reasons.join('; ')}${seeLogs(metadata.name, containers)}`;
  return status.phase === 'Running' ? 'its readiness probe says no: its log says why' : `phase ${status.phase}`;
}

const is = (conditions: readonly Condition[] | undefined, type: string, status: string) =>
  conditions?.some((condition) => condition.type === type && condition.status === status) ?? false;

/** `PodInitializing` and `ContainerCreating` are no reasons: something else is. */
const justWaits = ['PodInitializing', 'ContainerCreating'];

function containerProblem({ name, image, state, lastState }: Container): string | undefined {
  const { waiting, terminated = lastState?.terminated } = state;
  const ended = terminated && terminated.exitCode !== 0 && `ended with ${exitOf(terminated)}`;
  if (waiting && !justWaits.includes(waiting.reason)) {
    const message = /Image/.test(waiting.reason) ? `${image}: ${waiting.message ?? ''}` : ended || waiting.message;
    return `container ${name}: ${waiting.reason}${message ? ` (${message})` : ''}`;
  }
  return ended ? `container ${name}: ${ended}` : undefined;
}

const exitOf = ({ reason, exitCode }: Ended) =>
  `exit code ${exitCode}${reason && reason !== 'Error' ? `, ${reason}` : ''}`;

const seeLogs = (pod: string, containers: readonly Container[]) =>
  containers.some(({ restartCount }) => restartCount > 0) ? `; 'kubectl logs --previous ${pod}' says more` : '';
