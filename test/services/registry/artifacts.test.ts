import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { errorOf, useRegistry } from '../support/registry';
import { trackingCalls } from '../support/tracking-calls';

const proxy = '/api/2.0/mlflow-artifacts/artifacts';
const mebibyte = 1024 * 1024;
const registry = useRegistry();
const { call, newExperiment, newRun, read } = trackingCalls(registry);

describe('artifacts', () => {
  let run_id: string;
  let root: string;
  beforeAll(async () => {
    const experiment = await newExperiment();
    run_id = await newRun(experiment);
    root = `${proxy}/${experiment}/${run_id}/artifacts`;
  });

  const upload = (path: string, body: string | Uint8Array<ArrayBuffer>) =>
    registry.send('PUT', `${root}/${path}`, { body });
  const chunked = (mebibytes: number) => {
    let left = mebibytes;
    const body = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(new Uint8Array(mebibyte)) : controller.close()),
    });
    return { body, duplex: 'half' } as RequestInit;
  };

  test('takes, lists, gives back and deletes them', async () => {
    expect((await upload('model/weights.bin', 'weights')).status).toBe(200);
    expect((await upload('note.txt', 'a note')).status).toBe(200);
    expect((await upload('empty', '')).status).toBe(200);
    const listed = await read(`/artifacts/list?run_id=${run_id}`);
    expect(listed.json.files).toEqual([
      { path: 'empty', is_dir: false, file_size: 0 },
      { path: 'model', is_dir: true },
      { path: 'note.txt', is_dir: false, file_size: 6 },
    ]);
    expect((await read(`/artifacts/list?run_id=${run_id}&path=model`)).json.files).toEqual([
      { path: 'model/weights.bin', is_dir: false, file_size: 7 },
    ]);
    const inside = root.slice(proxy.length + 1);
    expect((await registry.get(`${proxy}?path=${inside}/model`)).json.files).toEqual([
      { path: 'weights.bin', is_dir: false, file_size: 7 },
    ]);
    const got = await registry.get(`${root}/note.txt`);
    expect([got.body, got.headers.get('content-length'), got.headers.get('x-content-type-options')]).toEqual([
      'a note',
      '6',
      'nosniff',
    ]);
    await registry.send('DELETE', `${root}/model`);
    expect((await registry.get(`${root}/model/weights.bin`)).status).toBe(404);
  });

  test('takes JSON as an artifact like any other', async () => {
    const headers = { 'content-type': 'application/json' };
    await registry.send('PUT', `${root}/table.json`, { headers, body: '{"not": "parsed"' });
    expect((await registry.get(`${root}/table.json`)).body).toBe('{"not": "parsed"');
  });

  test('refuses one that is too large, whether it says so or not, and keeps nothing of it', async () => {
    const message = 'The artifact is larger than 8 MiB; raise MAX_UPLOAD_MIB, or write it to the bucket directly';
    const declared = await upload('large', new Uint8Array(8 * mebibyte + 1));
    expect(errorOf(declared)).toEqual([413, 'INVALID_PARAMETER_VALUE', message]);
    const undeclared = await registry.send('PUT', `${root}/large`, chunked(30));
    expect(errorOf(undeclared)).toEqual([413, 'INVALID_PARAMETER_VALUE', message]);
    expect((await registry.send('PUT', `${root}/fits`, chunked(8))).status).toBe(200);
    expect((await registry.get(`${root}/large`)).status).toBe(404);
    expect(readdirSync(join(registry.folder, 'uploads'))).toEqual([]);
  });

  test('takes the whole body of an upload that it refuses, so that the client comes to read why', async () => {
    const { hostname, port } = new URL(registry.url);
    const headers = { 'content-length': 8 * mebibyte };
    const upload = request({ hostname, port, method: 'PUT', path: `${root}/a//b`, headers });
    upload.end(Buffer.alloc(8 * mebibyte));
    const [[response]] = await Promise.all([once(upload, 'response'), once(upload, 'finish')]);
    expect(response.resume().statusCode).toBe(400);
  });

  test.each(['..%2f..%2fetc%2fpasswd', '%2e%2e%2fx', 'a%5c..%5cb', 'a//b', '%00'])(
    'refuses the path %s',
    async (path) => {
      expect(errorOf(await upload(path, 'x'))).toEqual([400, 'INVALID_PARAMETER_VALUE', 'Invalid path']);
      expect(errorOf(await registry.get(`${root}/${path}`))).toEqual([400, 'INVALID_PARAMETER_VALUE', 'Invalid path']);
      expect((await read(`/artifacts/list?run_id=${run_id}&path=${path}`)).status).toBe(400);
    },
  );

  test('refuses a path whose dots no client has resolved', async () => {
    const { hostname, port } = new URL(registry.url);
    const [response] = await once(request({ hostname, port, path: `${root}/../../x` }).end(), 'response');
    expect(response.resume().statusCode).toBe(400);
  });

  test('says what is not there, and what it does not serve', async () => {
    expect((await read(`/artifacts/list?run_id=${'0'.repeat(32)}`)).status).toBe(404);
    const { experiment_id } = (
      await call('/experiments/create', { name: 'elsewhere', artifact_location: 's3://bucket/there' })
    ).json;
    const elsewhere = await newRun(experiment_id);
    expect(errorOf(await read(`/artifacts/list?run_id=${elsewhere}`))).toEqual([
      400,
      'INVALID_PARAMETER_VALUE',
      `Artifacts at 's3://bucket/there/${elsewhere}/artifacts' are not served here, only those below 'mlflow-artifacts:/'; read them from there`,
    ]);
  });
});

test('says what it is', async () => {
  expect((await registry.get('/health')).body).toBe('OK');
  expect((await registry.get('/version')).body).toMatch(/^3\.\d+\.\d+$/);
  expect((await registry.get('/api/3.0/mlflow/server-info')).json).toMatchObject({ store_type: 'SqlStore' });
});
