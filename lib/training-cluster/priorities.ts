/** Why a job runs: retraining keeps what serves today good, so it goes before what somebody tries out. */
export type Priority = 'retraining' | 'experiments';

/** Below 0, the value of pods without a class: services are never stopped for a job. */
const values: Readonly<Record<Priority, number>> = { retraining: -100, experiments: -1000 };

const descriptions: Readonly<Record<Priority, string>> = {
  retraining: 'Retraining of models that serve: goes before experiments, after services.',
  experiments: 'Experiments and first trainings: stopped when retraining needs the place.',
};

/** Cluster-wide names begin with the platform's. */
export const priorityName = (platform: string, priority: Priority) => `${platform}-${priority}`;

export const priorities = (platform: string) =>
  (['retraining', 'experiments'] as const).map((priority) => ({
    id: priority === 'retraining' ? 'Retraining' : 'Experiments',
    name: priorityName(platform, priority),
    value: values[priority],
    description: descriptions[priority],
  }));
