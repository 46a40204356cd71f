import { api, keyed } from './mlflow';
import type { Served } from './serve';

export type Method = 'POST' | 'PATCH' | 'DELETE';

/** Calls for registered models, whose names differ, and their versions. */
export function modelCalls({ get, send }: Pick<Served, 'get' | 'send'>) {
  const call = (path: string, body: object = {}, method: Method = 'POST') =>
    send(method, api + path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const read = (path: string, query: Record<string, string | string[]> = {}) => {
    const fields = Object.entries(query).flatMap(([key, values]) =>
      [values].flat().map((value): [string, string] => [key, value]),
    );
    return get(`${api}${path}?${new URLSearchParams(fields)}`);
  };
  let made = 0;
  return {
    call,
    read,
    /** Returns its name. */
    newModel: async (tags: Record<string, string> = {}): Promise<string> => {
      const name = `model-${made++}`;
      expect((await call('/registered-models/create', { name, tags: keyed(tags) })).status).toBe(200);
      return name;
    },
    newVersion: async (name: string, fields: object = {}) =>
      (await call('/model-versions/create', { name, source: 's3://bucket/model', ...fields })).json.model_version,
    model: async (name: string) => (await read('/registered-models/get', { name })).json.registered_model,
    version: async (name: string, version: string) =>
      (await read('/model-versions/get', { name, version })).json.model_version,
  };
}
