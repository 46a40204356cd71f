import { once } from 'node:events';
import { join } from 'node:path';
import { createHttp } from '../../services/kit/http';
import { type Child, end, start } from '../harness/processes';
import { readableLog } from './support/log-lines';
import { serve } from './support/serve';

const clients: Child[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await end(client, 'SIGKILL');
});

test('a server that closes answers the requests of connections that it has not yet taken', async () => {
  const app = createHttp({
    contract: { probes: { live: '/livez', ready: '/readyz' }, metrics: '/metrics' },
    log: readableLog().log,
    checks: {},
    codes: { invalid: 'INVALID', noRoute: 'NO_ROUTE', internal: 'INTERNAL' },
  });
  const { url } = await serve(app);
  const args = [join(__dirname, 'support/eager-clients.cjs'), new URL(url).port, '40', '/livez'];
  const client = start(process.execPath, args);
  clients.push(client);
  await once(client.stdout, 'data');
  client.stdin.write('go\n');
  // This process takes nothing meanwhile: they wait in the kernel.
  await new Promise((written) => setImmediate(written));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  const said = once(client.stdout, 'data');
  await app.close();
  expect(JSON.parse(String(await said))).toEqual({ answered: 40, refused: 0, lost: 0 });
});
