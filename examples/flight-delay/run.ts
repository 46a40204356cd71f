import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, moveAlias } from './alias';
import { claim, endOfClaims } from './claims';
import { finished, freePort, mlopsLocal, type Program, root, until } from './programs';
import { preparePython } from './python';
import { claimServed, scoreJuly } from './score';

const model = 'flight-delay';

/**
 * Train, register, serve, score, replace and roll back on this machine: `npm run example:flight-delay`. Says what happens, checks what
 * the README claims, and ends with 1 where something does not hold.
 */
async function main(): Promise<void> {
  const folders = ['registry', 'models'].map((name) => mkdtempSync(join(tmpdir(), `flight-delay-${name}-`)));
  const programs: Program[] = [];
  try {
    const python = await preparePython();
    await finished('npm', ['run', 'build', '-w', 'services']);
    await story(python, folders as [string, string], programs);
  } catch (error) {
    claim('the example runs to its end', false, undefined);
    console.error((error as Error).message);
  } finally {
    for (const program of programs.reverse()) await program.stop();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  }
  endOfClaims();
}

async function story(python: string, [data, cache]: [string, string], programs: Program[]): Promise<void> {
  await finished(python, [join(__dirname, 'client/no_leak.py')]);
  claim('what is known only after the planned departure changes no feature', true, undefined);

  const registry = await startRegistry(data, programs);
  console.log(`registry on ${registry}; the trainer learns from January to June 2013:`);
  await train(python, registry, {});

  const server = await startModelServer(registry, cache, programs);
  const { version } = await ask(server, model);
  console.log(`models:/${model}@champion is served on ${server}:`);
  const champion = await scoreJuly(python, server, model, registry);
  claimServed(champion, version);
  claim('the AUC is above 0.7', champion.auc > 0.7, champion.auc);
  const node = JSON.parse(readFileSync(join(root, 'node_modules/onnxruntime-node/package.json'), 'utf8')).version;
  claim(`server and Python have the same onnxruntime, ${node}`, champion.onnxruntime === node, champion.onnxruntime);

  console.log('the trainer again, from January alone, as challenger:');
  await train(python, registry, { TRAIN_MONTHS: '1', MODEL_ALIAS: 'challenger' });
  const between = await ask(server, model);
  claim('a challenger changes nothing that is served', between.version === version, between.version);

  console.log('somebody moves the alias champion to version 2:');
  await moveChampion(registry, server, '2');
  const challenger = await scoreJuly(python, server, model, registry);
  claimServed(challenger, '2');
  claim('the challenger is worse', challenger.auc < champion.auc, challenger.auc);

  console.log(`and back to version ${version}, the rollback:`);
  await moveChampion(registry, server, version);
  const again = await scoreJuly(python, server, model, registry);
  claimServed(again, version);
  claim('the predictions are those of before, bit for bit', again.predictions === champion.predictions, again.auc);
}

async function startRegistry(data: string, programs: Program[]): Promise<string> {
  const port = String(await freePort());
  const program = mlopsLocal(['registry', '--port', port, '--data', data]);
  programs.push(program);
  const url = `http://localhost:${port}`;
  await until('registry', program, async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined));
  return url;
}

async function startModelServer(registry: string, cache: string, programs: Program[]): Promise<string> {
  const [port, grpcPort] = [String(await freePort()), String(await freePort())];
  const args = ['serve', `models:/${model}@champion`, '--port', port, '--grpc-port', grpcPort];
  // fetched models go to a folder of this run, not to the user's
  const program = mlopsLocal(args, { MLFLOW_TRACKING_URI: registry, XDG_CACHE_HOME: cache });
  programs.push(program);
  const url = `http://localhost:${port}`;
  await until('model server', program, () => ask(url, model));
  return url;
}

async function train(python: string, registry: string, settings: Record<string, string>): Promise<void> {
  const env = { MLFLOW_TRACKING_URI: registry, ...settings };
  const output = await finished(python, [join(__dirname, 'trainer/train.py')], env);
  console.log(output.trim().replace(/^/gm, '  '));
}

async function moveChampion(registry: string, server: string, version: string): Promise<void> {
  const move = await moveAlias({ registry, server }, { model, alias: 'champion', version });
  console.log(
    `  version ${version} answers ${move.seconds.toFixed(1)} s after the move; ${move.requests} requests meanwhile`,
  );
  claim('the version that is served changes', move.answers[version] !== undefined, Object.keys(move.answers));
  claim('no request failed meanwhile', move.failed.length === 0, move.failed.slice(0, 3));
  const values = Object.values(move.answers);
  const differ = values.every((value) => value.length === 1) && new Set(values.flat()).size === values.length;
  claim('each answer is that of the version that it names', differ, move.answers);
}

void main();
