import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { ConfigError, readConfig } from '../../services/kit/config';
import { ServiceError, UnavailableError } from '../../services/kit/errors';
import { createHttp } from '../../services/kit/http';
import { FileObjectStore } from '../../services/kit/object-store-files';
import { S3ObjectStore } from '../../services/kit/object-store-s3';
import { s3Client } from '../../services/kit/s3-client';
import { presignerOf } from '../../services/kit/s3-presign';
import { registryContract } from '../../services/registry/contract';
import { temporaryFolder } from '../harness/folder';
import { findS3Server, s3Skipped, startS3, type TestS3 } from '../harness/s3';
import { readableLog } from './support/log-lines';
import { describeObjectStore } from './support/object-store-suite';
import { type Served, serve } from './support/serve';

const folder = temporaryFolder('kit');

const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const environment = {
  MAX_UPLOAD_MIB: '100',
  ARTIFACTS_BUCKET: 'platform',
  DATABASE_HOST: 'db',
  DATABASE_PORT: '5432',
  DATABASE_DATABASE: 'registry',
  DATABASE_USER: 'registry',
  DATABASE_SSL_MODE: 'require',
};

describe('configuration', () => {
  test('names every problem at once, and no value', () => {
    const bad = {
      MAX_UPLOAD_MIB: 'ten-hush',
      LOG_LEVEL: 'loud-hush',
      ARTIFACTS_ENDPOINT: 'hush-no-url',
      DATABASE_PORT: '54hush',
      DATABASE_PASSWORD_FILE: join(folder, 'absent'),
    };
    const read = () => readConfig(registryContract, bad);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      new Error(`registry cannot start, its environment does not fit its contract:
  - LOG_LEVEL: Invalid option: expected one of "debug"|"info"|"warn"|"error"
  - MAX_UPLOAD_MIB: expected an integer
  - ARTIFACTS_BUCKET: Invalid input: expected string, received undefined
  - ARTIFACTS_ENDPOINT: Invalid URL
  - DATABASE_HOST: Invalid input: expected string, received undefined
  - DATABASE_PORT: expected an integer
  - DATABASE_DATABASE: Invalid input: expected string, received undefined
  - DATABASE_USER: Invalid input: expected string, received undefined
  - DATABASE_SSL_MODE: Invalid option: expected one of "disable"|"require"|"verify-full"
  - DATABASE_PASSWORD_FILE: ENOENT: no such file or directory, open '${join(folder, 'absent')}'`),
    );
  });

  test('reads a secret afresh from its file, so that a rotation needs no restart', () => {
    const path = file('password', 'before\n');
    const { database } = readConfig(registryContract, { ...environment, DATABASE_PASSWORD_FILE: path });
    expect(database.password?.()).toBe('before');
    file('password', 'after');
    expect(database.password?.()).toBe('after');
    expect(JSON.stringify(database)).not.toContain('after');
  });

  test('knows a secret that is not given', () => {
    expect(readConfig(registryContract, environment).artifacts.accessKeyId).toBeUndefined();
  });
});

describe('logs', () => {
  test('carry no secret, however it gets there', () => {
    const { log, lines } = readableLog();
    const error = Object.assign(new Error('refused'), {
      code: '28P01',
      client: { password: 'hush' },
      $response: { headers: { authorization: 'hush' } },
      cause: Object.assign(new Error('inner'), { config: { secretAccessKey: 'hush' } }),
    });
    log.error({ err: error }, 'failed');
    log.info(
      { config: { database: { password: 'hush' } }, headers: { authorization: 'hush', cookie: 'hush' } },
      'started',
    );
    log.info({ req: { method: 'GET', url: '/a?token=hush', headers: { authorization: 'hush' } } }, 'request');
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('hush');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'error',
      err: { message: 'refused', code: '28P01', cause: { message: 'inner' } },
    });
  });
});

describe('http', () => {
  let problem: Error | undefined;
  const { log, lines } = readableLog();
  const app = createHttp({
    contract: { probes: { live: '/livez', ready: '/readyz' }, metrics: '/metrics' },
    log,
    checks: {
      database: async () => {
        if (problem) throw problem;
      },
      artifacts: async () => undefined,
    },
    codes: { invalid: 'INVALID', noRoute: 'NO_ROUTE', internal: 'INTERNAL' },
    bodyLimit: 1000,
  });
  const thrown: Record<string, unknown> = {
    told: new ServiceError(409, 'CONFLICT', 'two of them'),
    away: new UnavailableError('Postgres is away'),
    bug: new TypeError('hush: x is undefined'),
  };
  app.post('/fail/:how', async (request) => {
    throw thrown[(request.params as { how: string }).how];
  });
  let server: Served;
  beforeAll(async () => {
    server = await serve(app);
  });
  afterAll(() => app.close());

  test('is live whatever else is wrong, and ready says why not, in words', async () => {
    problem = new Error('Postgres at db:5432 does not answer');
    expect((await server.get('/livez')).status).toBe(200);
    expect(await server.get('/readyz')).toMatchObject({
      status: 503,
      json: { status: 'not ready', problems: ['database: Postgres at db:5432 does not answer'] },
    });
    await server.get('/readyz');
    problem = undefined;
    expect(await server.get('/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
    // once, however often a probe asks
    const said = lines.filter((line) => line.includes('"not ready"'));
    expect(said.map((line) => JSON.parse(line).problems)).toEqual([['database: Postgres at db:5432 does not answer']]);
  });

  test('answers errors with their status, and tells nobody about a bug but the log', async () => {
    const fail = async (how: string) => {
      const { status, headers, body } = await server.post(`/fail/${how}`);
      return [status, headers.get('retry-after'), body];
    };
    expect(await fail('told')).toEqual([409, null, '{"error_code":"CONFLICT","message":"two of them"}']);
    expect(await fail('away')).toEqual([
      503,
      '5',
      '{"error_code":"TEMPORARILY_UNAVAILABLE","message":"Postgres is away"}',
    ]);
    expect(await fail('bug')).toEqual([
      500,
      null,
      '{"error_code":"INTERNAL","message":"internal error; the log of the service says more"}',
    ]);
    expect(lines.some((line) => line.includes('x is undefined'))).toBe(true);
  });

  test('refuses what is no JSON, too large, or no route, with 4xx', async () => {
    expect((await server.post('/fail/told', '{')).status).toBe(400);
    expect((await server.post('/fail/told', `"${'x'.repeat(2000)}"`)).status).toBe(413);
    expect(await server.get('/none?token=hush')).toMatchObject({
      status: 404,
      body: '{"error_code":"NO_ROUTE","message":"no route GET /none"}',
    });
    expect(lines.join('')).not.toContain('token=hush');
  });

  test('counts the latency of each route by its pattern', async () => {
    await server.post('/fail/told');
    const { body, headers } = await server.get('/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toMatch(/http_request_duration_seconds_count\{method="POST",route="\/fail\/:how",status="409"\} \d/);
    expect(body).toContain('process_resident_memory_bytes');
  });

  test('has as many series as routes, whatever is asked for', async () => {
    const series = async () =>
      (await server.get('/metrics')).body.match(/^http_request_duration_seconds_count/gm)?.length;
    await server.get('/none-0');
    await server.post('/fail/none-0');
    await server.get('/metrics');
    const before = await series();
    for (let i = 1; i < 50; i++) await server.get(`/none-${i}?q=${i}`);
    for (let i = 1; i < 50; i++) await server.post(`/fail/none-${i}`);
    expect(await series()).toBe(before);
  });

  test("writes the caller's trace into its lines, and ignores what is none", async () => {
    const ids = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'] as const;
    const lineOf = async (traceparent: string) => {
      await server.send('POST', '/fail/bug', { headers: { traceparent } });
      return JSON.parse(lines.findLast((line) => line.includes('request failed')) ?? '');
    };
    for (const header of [`00-${ids.join('-')}-01`, `cc-${ids.join('-')}-01-what-comes-later`])
      expect(await lineOf(header)).toMatchObject({ trace_id: ids[0], span_id: ids[1] });
    for (const header of [
      `00-${ids.join('-')}-01-more`,
      `ff-${ids.join('-')}-01`,
      `00-${'0'.repeat(32)}-${ids[1]}-01`,
      `00-${ids[0]}-${'0'.repeat(16)}-01`,
      `00-${ids[0].toUpperCase()}-${ids[1]}-01`,
      'x'.repeat(5000),
    ])
      expect(await lineOf(header)).not.toHaveProperty('trace_id');
  });
});

describeObjectStore(
  'files',
  () => new FileObjectStore(join(folder, 'files')),
  async () => readdirSync(join(folder, 'files/uploads')),
);

test('files say what is wrong with their volume', async () => {
  const path = file('no-folder', '');
  await expect(new FileObjectStore(path).check()).rejects.toThrow(/Invalid path|objects in .* cannot be used/);
});

test('signs URLs for AWS: the host of the bucket, one hour, and no checksum of a body that it has not seen', async () => {
  const keys = { accessKeyId: () => 'AKID', secretAccessKey: () => 'secret' };
  const client = s3Client({ bucket: 'acme-ml', prefix: '', region: 'eu-central-1', pathStyle: false, ...keys });
  const sign = await presignerOf(client, { Bucket: 'acme-ml', Key: 'registry/x y/ü+.bin' });
  const url = new URL(await sign('PUT', { partNumber: '1', uploadId: 'a/b+c=' }));
  const host = 'https://acme-ml.s3.eu-central-1.amazonaws.com';
  expect(url.origin + url.pathname).toBe(`${host}/registry/x%20y/%C3%BC%2B.bin`);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    partNumber: '1',
    uploadId: 'a/b+c=',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
    'X-Amz-Credential': expect.stringMatching(/^AKID\/\d{8}\/eu-central-1\/s3\/aws4_request$/),
    'X-Amz-Date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
    'X-Amz-Expires': '3600',
    'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    'X-Amz-SignedHeaders': 'host',
  });
});

(findS3Server() ? describe : describe.skip)(findS3Server() ? 'with an S3 server' : `skipped: ${s3Skipped}`, () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3({ prefix: 'platform/registry' });
  });
  afterAll(() => s3.stop());

  describeObjectStore(
    'S3',
    () => new S3ObjectStore(s3.config),
    async () => {
      const { accessKeyId, secretAccessKey, endpoint = '', region, bucket } = s3.config;
      const credentials = { accessKeyId: accessKeyId?.() ?? '', secretAccessKey: secretAccessKey?.() ?? '' };
      const client = new S3Client({ region, endpoint, forcePathStyle: true, credentials });
      return (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];
    },
  );

  test('keeps everything below its prefix', async () => {
    expect(readdirSync(s3.directory).filter((name) => !name.startsWith('.'))).toEqual(['platform']);
  });

  test('reads its keys again for each request', async () => {
    let secret = 'wrong-key-hush';
    const store = new S3ObjectStore({ ...s3.config, secretAccessKey: () => secret });
    await expect(store.check()).rejects.toThrow(
      /^bucket 'platform' at http:\/\/127\.0\.0\.1:\d+ refuses us \(SignatureDoesNotMatch: .*\); correct the keys or their rights, their files are read again$/,
    );
    secret = s3.config.secretAccessKey?.() ?? '';
    await store.check();
  });

  test('says that it is full: nobody should try that again at once', async () => {
    const full = createServer((request, response) => {
      const answer = () =>
        response.writeHead(507).end('<Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>');
      request.resume().on('end', answer);
    }).listen(0, '127.0.0.1');
    await once(full, 'listening');
    const endpoint = `http://127.0.0.1:${(full.address() as AddressInfo).port}`;
    const store = new S3ObjectStore({ ...s3.config, endpoint });
    await expect(store.put('x', Readable.from(['x']), 1)).rejects.toMatchObject({
      status: 507,
      message: `bucket 'platform' at ${endpoint} is full (XMinioStorageFull); make room, or raise its quota`,
    });
    full.close();
  });

  test('says which bucket is missing', async () => {
    const { endpoint } = s3.config;
    await expect(new S3ObjectStore({ ...s3.config, bucket: 'absent' }).check()).rejects.toMatchObject({
      message: `bucket 'absent' at ${endpoint} does not exist; create it, or correct the name`,
    });
  });
});
