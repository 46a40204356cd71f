import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { FileObjectStore } from '../../services/kit/object-store-files';
import { recordsIn } from '../../services/model-server/inference-log/records';
import { FileRepository } from '../../services/model-server/models/file-repository';
import { ModelServer } from '../../services/model-server/server';
import { temporaryFolder } from '../harness/folder';
import { eventually, freePort } from '../harness/processes';
import { HeldEngine } from './support/held-engine';
import { readableLog } from './support/log-lines';
import { offsetModel } from './support/onnx';
import { callsTo, type Served } from './support/serve';

let folder: string;
let engine: HeldEngine;
let server: ModelServer;
let calls: Served;

beforeEach(async () => {
  folder = temporaryFolder('ending');
  writeFileSync(join(folder, 'm.onnx'), offsetModel(1));
  engine = new HeldEngine();
  const [register, { log }] = [new Registry(), readableLog()];
  const repository = await FileRepository.open(engine, join(folder, 'm.onnx'), 'm');
  const records = recordsIn({ store: new FileObjectStore(folder), sample: 1, log, register });
  const limits = {
    ...{
      BATCH_MAX_SIZE: 1,
      BATCH_WINDOW_MS: 2,
      QUEUE_SIZE: 256,
      REQUEST_TIMEOUT_MS: 30_000,
      MAX_REQUEST_MIB: 1,
      MAX_HELD_MIB: 1,
    },
  };
  server = new ModelServer({ log, register, repository, limits, records });
  const port = await freePort();
  await server.listen(port, await freePort(), '127.0.0.1');
  calls = callsTo(`http://127.0.0.1:${port}`);
});

const infer = () =>
  calls.post('/v2/models/m/infer', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] });
const runs = (count: number) => eventually(async () => expect(engine.runs.length).toBe(count));
const logged = () => (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.parquet'));

test('what was answered is written down, whatever is still open; that is cut, and the end comes', async () => {
  const answered = infer();
  await runs(1);
  engine.go();
  expect((await answered).status).toBe(200);
  const stuck = infer().catch((error: Error) => error.message);
  await runs(2);
  const closed = server.close(300);
  await eventually(async () => expect(logged()).toHaveLength(1), 3000);
  expect(await stuck).toBe('fetch failed');
  engine.go();
  await closed;
});

test('an answer that comes while it closes is written down, too', async () => {
  const late = infer();
  await runs(1);
  const closed = server.close(5000);
  setTimeout(() => engine.go(), 100);
  expect((await late).status).toBe(200);
  await closed;
  expect(logged()).toHaveLength(1);
});

test('small is what is not larger than MAX_HELD_MIB over QUEUE_SIZE: 4 KiB here', async () => {
  const sized = (bytes: number) => {
    const json = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }] });
    return calls.post('/v2/models/m/infer', json + ' '.repeat(bytes - json.length));
  };
  const large = sized(2 ** 20);
  await runs(1);
  const small = sized(4096);
  expect((await sized(4097)).status).toBe(429);
  engine.letGo();
  expect([(await large).status, (await small).status]).toEqual([200, 200]);
  await server.close(1000);
});

test('from the signal on it is not ready, and still answers, each connection once', async () => {
  const { headers } = await calls.get('/livez');
  expect(headers.get('connection')).toBe('keep-alive');
  server.drain();
  const [ready, health, answer] = [calls.get('/readyz'), calls.get('/v2/health/ready'), infer()];
  expect([(await ready).status, (await ready).json.problems]).toEqual([503, ['model: the server ends']]);
  expect([(await health).status, (await health).json.ready]).toEqual([503, false]);
  await runs(1);
  engine.go();
  expect([(await answer).status, (await answer).headers.get('connection')]).toEqual([200, 'close']);
  await server.close(1000);
});
