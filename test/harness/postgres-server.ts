// Runs one Postgres until standard input ends, so that it cannot outlive whoever started it. Prints one line of JSON: { port, pid }
// or { problem }. Each line of input (stop, kill, start) is answered by another line when it is done. With KEPT its files lie in that
// folder and stay; with TEMPLATE they begin as a copy of such a folder's, which takes a tenth of the time that making them does.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../services/kit/embedded-postgres';
import { becomeUnprivileged } from '../../services/kit/unprivileged';
import { eventually, freePort } from './processes';

const [password = '', wantedPort, durable, ...flags] = process.argv.slice(2);
const { TLS_CERTIFICATE, TLS_KEY, KEPT, TEMPLATE } = process.env;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const directory = KEPT ?? mkdtempSync(join(tmpdir(), 'mlops-postgres-'));
const remove = () => KEPT ?? rmSync(directory, { recursive: true, force: true });

async function main(): Promise<void> {
  // A certificate and its key must belong to the user that Postgres runs as, and to nobody else: it may not read ours.
  const certificates = [TLS_CERTIFICATE, TLS_KEY].flatMap((file) => (file ? [readFileSync(file)] : []));
  becomeUnprivileged(directory, true);
  if (TEMPLATE !== undefined) execFileSync('cp', ['-R', join(TEMPLATE, 'data'), directory]);
  const [certificate, key] = certificates.map((content, i) => {
    const copy = join(directory, `tls-${i}.pem`);
    writeFileSync(copy, content, { mode: 0o600 });
    return copy;
  });
  const tls = key ? ['-c', 'ssl=on', '-c', `ssl_cert_file=${certificate}`, '-c', `ssl_key_file=${key}`] : [];
  const port = Number(wantedPort) || (await freePort());
  const start = () =>
    startEmbeddedPostgres({
      directory: join(directory, 'data'),
      port,
      password,
      durable: durable === 'durable',
      flags: ['-c', 'max_connections=100', ...tls, ...flags],
      onLog: (text) => process.stderr.write(text),
    });
  let server: EmbeddedPostgres | undefined = await start();
  const stop = async () => {
    await server?.stop();
    server = undefined;
  };
  const pid = () => Number(readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
  const orders: Readonly<Record<string, () => Promise<void>>> = {
    stop,
    // As the kernel does when memory runs out. Its children end by themselves when they see it.
    kill: async () => {
      process.kill(pid(), 'SIGKILL');
      server = undefined;
    },
    start: async () => {
      server = await eventually(start);
    },
  };
  const end = async () => {
    await stop();
    remove();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  say({ port, pid: pid() });
  for await (const order of createInterface(process.stdin)) {
    await orders[order]?.();
    say({ port });
  }
  await end();
}

main().catch((error: Error) => {
  remove();
  say({ problem: error.message });
  process.exit(1);
});
