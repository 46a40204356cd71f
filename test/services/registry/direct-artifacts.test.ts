import { S3ObjectStore } from '../../../services/kit/object-store-s3';
import { findS3Server, s3Skipped, startS3, type TestS3 } from '../../harness/s3';
import { absent } from '../support/mlflow';
import { errorOf, startRegistry, type TestRegistry, useRegistry } from '../support/registry';

const files = '/api/2.0/mlflow-artifacts';
const registry = useRegistry();

test('keeps artifacts to the proxy unless it is told otherwise', async () => {
  const info = (await registry.get('/api/3.0/mlflow/server-info')).json;
  expect(info).toEqual({
    store_type: 'SqlStore',
    workspaces_enabled: false,
    trace_archival_enabled: false,
    multipart_uploads_enabled: false,
    multipart_downloads_enabled: false,
    presigned_upload_run_id_supported: false,
    presigned_upload_model_id_supported: false,
    features_enabled: { gateway: false },
  });
  const upload = await registry.post(`${files}/mpu/create/0/x`, { path: 'weights.bin', num_parts: 2 });
  const message = (what: string) => `Multipart ${what} is not supported for the current artifact repository`;
  expect(errorOf(upload)).toEqual([501, 'NOT_IMPLEMENTED', message('upload')]);
  expect(errorOf(await registry.get(`${files}/presigned/0/x`))).toEqual([501, 'NOT_IMPLEMENTED', message('download')]);
});

(findS3Server() ? describe : describe.skip)(findS3Server() ? 'past the proxy' : `skipped: ${s3Skipped}`, () => {
  let s3: TestS3;
  let direct: TestRegistry;
  beforeAll(async () => {
    s3 = await startS3();
    direct = await startRegistry(new S3ObjectStore(s3.config));
  });
  afterAll(async () => {
    await direct?.stop();
    await s3?.stop();
  });

  const mpu = (step: string, body: object, folder = '0/run/artifacts/data') =>
    direct.post(`${files}/mpu/${step}/${folder}`, { path: '/home/me/weights ü.bin', ...body });
  const put = async (url: string, body: Uint8Array<ArrayBuffer>) => (await fetch(url, { method: 'PUT', body })).headers;
  const key = '0/run/artifacts/data/weights%20%C3%BC.bin';
  const proxied = () => direct.get(`${files}/artifacts/${key}`);

  test('takes parts by URLs that it signs: the object is there when they are put together, not before', async () => {
    expect((await direct.get('/api/3.0/mlflow/server-info')).json).toMatchObject({
      multipart_uploads_enabled: true,
      multipart_downloads_enabled: true,
    });
    const parts = [new Uint8Array(5 * 1024 * 1024).fill(65), new Uint8Array(3).fill(66)];
    const { upload_id, credentials } = (await mpu('create', { num_parts: 2 })).json;
    expect(credentials.map((c: { part_number: number; headers: object }) => [c.part_number, c.headers])).toEqual([
      [1, {}],
      [2, {}],
    ]);
    const etags = await Promise.all(
      parts.map(async (part, i) => ({ part_number: i + 1, etag: (await put(credentials[i].url, part)).get('etag') })),
    );
    expect((await proxied()).status).toBe(404);
    const done = await mpu('complete', { upload_id, parts: etags.reverse() });
    expect([done.status, done.json]).toEqual([200, {}]);
    const { body, headers } = await proxied();
    expect([headers.get('content-length'), body.slice(-4)]).toEqual([String(5 * 1024 * 1024 + 3), 'ABBB']);

    const { url, headers: needed, file_size } = (await direct.get(`${files}/presigned/${key}`)).json;
    expect([needed, file_size]).toEqual([{}, 5 * 1024 * 1024 + 3]);
    const range = await fetch(url, { headers: { range: 'bytes=5242879-5242880' } });
    expect([range.status, await range.text()]).toEqual([206, 'AB']);
    expect((await fetch(url.replace('weights', 'others'))).status).toBe(403);
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403);
  });

  test('throws away an upload that is aborted, and knows it no more', async () => {
    const { upload_id, credentials } = (await mpu('create', {}, '0/aborted')).json;
    await put(credentials[0].url, new Uint8Array(1));
    expect((await mpu('abort', { upload_id }, '0/aborted')).json).toEqual({});
    const gone = [404, absent, 'No such upload: it was completed or aborted, or never begun'];
    expect(errorOf(await mpu('abort', { upload_id }, '0/aborted'))).toEqual(gone);
    // What a bucket looks at first, the upload or its parts, is its own affair.
    const parts = [{ part_number: 1, etag: 'x' }];
    expect([400, 404]).toContain((await mpu('complete', { upload_id, parts }, '0/aborted')).status);
    expect((await direct.get(`${files}/artifacts?path=0/aborted`)).json.files).toEqual([]);
    expect(errorOf(await direct.get(`${files}/presigned/0/aborted/none`))[1]).toBe(absent);
  });

  test('refuses bad input with 4xx', async () => {
    const refused = await Promise.all([
      mpu('create', { num_parts: 0 }),
      mpu('create', { num_parts: 10_001 }),
      mpu('create', { path: '' }),
      mpu('create', { path: '/home/..' }),
      mpu('create', {}, '%2e%2e/x'),
      mpu('create', {}, '%252e%252e/x'),
      mpu('complete', { upload_id: 'x' }),
      mpu('complete', { upload_id: 'x', parts: [{ part_number: 'one', etag: 'x' }] }),
      mpu('complete', { upload_id: 'never-begun', parts: [{ part_number: 1, etag: 'x' }] }),
      mpu('abort', { upload_id: 'never-begun' }),
      mpu('create', { num_parts: 1, numParts: 2 }),
      direct.get(`${files}/presigned/0/%2e%2e/x`),
    ]);
    expect(refused.map(({ status }) => status).filter((status) => status < 400 || status > 499)).toEqual([]);
  });
});
