// Runs one Postgres until standard input ends, so that it cannot outlive whoever started it. Prints one line of JSON: { port }
// or { problem }.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../services/kit/embedded-postgres';
import { becomeUnprivileged } from '../../services/kit/unprivileged';
import { freePort } from './processes';

const [password = '', wantedPort, durable, ...flags] = process.argv.slice(2);
const { TLS_CERTIFICATE, TLS_KEY } = process.env;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const directory = mkdtempSync(join(tmpdir(), 'mlops-postgres-'));
const remove = () => rmSync(directory, { recursive: true, force: true });

async function main(): Promise<void> {
  // A certificate and its key must belong to the user that Postgres runs as, and to nobody else: it may not read ours.
  const certificates = [TLS_CERTIFICATE, TLS_KEY].flatMap((file) => (file ? [readFileSync(file)] : []));
  becomeUnprivileged(directory, true);
  const [certificate, key] = certificates.map((content, i) => {
    const copy = join(directory, `tls-${i}.pem`);
    writeFileSync(copy, content, { mode: 0o600 });
    return copy;
  });
  const tls = key ? ['-c', 'ssl=on', '-c', `ssl_cert_file=${certificate}`, '-c', `ssl_key_file=${key}`] : [];
  const port = Number(wantedPort) || (await freePort());
  const server = await startEmbeddedPostgres({
    directory: join(directory, 'data'),
    port,
    password,
    durable: durable === 'durable',
    flags: ['-c', 'max_connections=100', ...tls, ...flags],
    onLog: (text) => process.stderr.write(text),
  });
  const end = async () => {
    await server.stop();
    remove();
    process.exit(0);
  };
  process.stdin.once('end', end).resume();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  say({ port });
}

main().catch((error: Error) => {
  remove();
  say({ problem: error.message });
  process.exit(1);
});
