import { api } from './mlflow';
import type { Answer, Served } from './serve';
import { trackingCalls } from './tracking-calls';

export const noModel = `m-${'0'.repeat(32)}`;

/** Calls for logged models, and for the experiments and runs that they belong to. */
export function loggedModelCalls(served: Pick<Served, 'get' | 'post' | 'send'>) {
  const { call, read, newExperiment, newRun } = trackingCalls(served);
  return {
    call,
    read,
    newExperiment,
    newRun,
    /** Returns its id. */
    newModel: async (experiment_id: string, fields: object = {}) =>
      (await call('/logged-models', { experiment_id, ...fields })).json.model.info.model_id as string,
    modelOf: async (id: string) => (await read(`/logged-models/${id}`)).json.model,
    patchModel: (path: string, body: object) =>
      served.send('PATCH', `${api}/logged-models/${path}`, {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    remove: (path: string) => served.send('DELETE', `${api}/logged-models/${path}`),
  };
}

/** Names of the models that a search has found, or what is wrong with it. */
export const namesOf = ({ status, json }: Answer) =>
  status === 200 ? json.models.map((model: { info: { name: string } }) => model.info.name) : json.message;
