import { api } from './mlflow';
import type { Served } from './serve';

/** Calls for experiments and runs, whose names and start times differ. */
export function trackingCalls({ get, post }: Pick<Served, 'get' | 'post'>) {
  const call = (path: string, body: unknown = {}) => post(api + path, body);
  const read = (path: string) => get(api + path);
  let made = 0;
  return {
    call,
    read,
    /** Returns its id. */
    newExperiment: async (fields: object = {}) =>
      (await call('/experiments/create', { name: `experiment-${made++}`, ...fields })).json.experiment_id as string,
    /** Returns its id. */
    newRun: async (experiment_id: string, fields: object = {}) =>
      (await call('/runs/create', { experiment_id, start_time: 1000 + made++, ...fields })).json.run.info
        .run_id as string,
    experimentOf: async (id: string) => (await read(`/experiments/get?experiment_id=${id}`)).json.experiment,
    runOf: async (id: string) => (await read(`/runs/get?run_id=${id}`)).json.run,
  };
}
