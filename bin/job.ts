/** The parts of a CronJob (batch/v1) from which a run is made. */
export interface Template {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: {
    readonly jobTemplate: {
      readonly metadata?: {
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
      };
      readonly spec: JobSpec;
    };
  };
}

interface JobSpec {
  readonly template: { readonly spec: PodSpec; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly [field: string]: unknown;
}

interface Container {
  readonly env?: readonly { readonly name: string; readonly [field: string]: unknown }[];
  readonly [field: string]: unknown;
}

export interface Run {
  /** Makes the name unique. */
  readonly time: Date;
  /** Number of pods, each with its own JOB_COMPLETION_INDEX from 0. @default - one pod */
  readonly array?: number | undefined;
  /** Pods of an array that run at the same time. @default - all */
  readonly parallel?: number | undefined;
  /** Variables added to every container, or written over those that it has. */
  readonly set: Readonly<Record<string, string>>;
}

/** One run of a template: the Job that `kubectl create job --from` makes, and with it an array and variables. */
export function jobFrom({ metadata, spec }: Template, run: Run) {
  const { jobTemplate } = spec;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(metadata.name, run),
      namespace: metadata.namespace,
      labels: { ...jobTemplate.metadata?.labels },
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...jobTemplate.metadata?.annotations },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid, controller: true },
      ],
    },
    spec: {
      ...jobTemplate.spec,
      ...(run.array !== undefined && {
        completionMode: 'Indexed',
        completions: run.array,
        parallelism: run.parallel ?? run.array,
      }),
      template: withVariables(jobTemplate.spec.template, run.set),
    },
  };
}

/** At most 63 characters, with the index that Kubernetes appends to the host names of an array. */
function jobName(template: string, { time, array }: Run): string {
  const suffix = time.getTime().toString(36);
  const index = array === undefined ? 0 : String(array - 1).length + 1;
  return `${template.slice(0, 63 - index - suffix.length - 1).replace(/[-.]+$/, '')}-${suffix}`;
}

function withVariables(template: JobSpec['template'], set: Run['set']): JobSpec['template'] {
  const added = Object.entries(set).map(([name, value]) => ({ name, value }));
  if (added.length === 0) return template;
  const containers = template.spec.containers.map((container) => ({
    ...container,
    env: [...(container.env ?? []).filter(({ name }) => !(name in set)), ...added],
  }));
  return { ...template, spec: { ...template.spec, containers } };
}
