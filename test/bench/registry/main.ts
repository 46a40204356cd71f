import { parseArgs } from 'node:util';
import { preparePython } from '../../clients/venv';
import { startPostgres, type TestPostgres } from '../../harness/postgres';
import { findS3Server, startS3, type TestS3 } from '../../harness/s3';
import { largeArtifact } from './large-artifact';
import { Load } from './load';
import { megabytes } from './processes';
import { brokenBounds, lines, type Measured, measure } from './report';
import { prepare, scenarios, search } from './scenarios';
import { bytesOfPoints, experiment, on, seed } from './seed';
import { type Side, startMlflow, startOurs } from './sides';

const options = {
  rounds: { type: 'string', default: '3' },
  seconds: { type: 'string', default: '5' },
  runs: { type: 'string', default: '100000' },
  points: { type: 'string', default: '1000000' },
  connections: { type: 'string', default: '8' },
  ours: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
} as const;

/**
 * Ours and MLflow on one Postgres. For whoever makes it faster: with `--ours` only ours, with `--only TEXT` only scenarios whose names
 * have that in them, and neither the artifact nor what rests.
 */
export async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  const [rounds, seconds, runs, points, connections] = [
    values.rounds,
    values.seconds,
    values.runs,
    values.points,
    values.connections,
  ].map(Number) as [number, number, number, number, number];
  const python = values.ours ? { missing: '--ours' } : preparePython();
  const s3 = findS3Server() ? await startS3() : undefined;
  const postgres = await startPostgres({ durable: true, flags: ['-c', 'synchronous_commit=on'] });
  const sides: Side[] = [];
  try {
    const settings = await postgres.sql(
      "select string_agg(name || ' ' || setting, ', ') as all from pg_settings where name in ('fsync', 'synchronous_commit')",
    );
    console.log(
      `one Postgres 18 (${settings[0]?.all}), ${rounds} rounds of ${seconds} s in alternation, ${connections} connections, ${runs} runs seeded`,
    );
    sides.push(await startOurs(await postgres.createDatabase('ours'), s3));
    if ('python' in python) {
      const database = await postgres.createDatabase('mlflow');
      sides.push(await startMlflow(python.python, database), await startMlflow(python.python, database, true));
    } else console.log(`without the real MLflow: ${python.missing}`);
    console.log(sides.map((side) => `idle: ${side.name} ${Math.round(megabytes(side.pid))} MB`).join('\n'));
    const measured = await compare(sides, postgres, {
      ...{ rounds, seconds, runs, connections },
      only: values.only,
    });
    for (const line of lines(measured)) console.log(line);
    const whole = values.only === '';
    const artifact = whole ? await memoryOfArtifact(sides[0] as Side, s3) : undefined;
    for (const which of ['ours', 'mlflow'] as const)
      if (whole && (which === 'ours' || sides.length > 1)) {
        const bytes = await bytesOfPoints(which, on(postgres, which), points);
        console.log(
          `at rest: ${which} ${Math.round(((bytes / points) * 1e6) / 1e6)} MB per million metric points, with indexes`,
        );
      }
    const broken = brokenBounds(measured, artifact);
    for (const line of broken) console.error(line);
    process.exitCode = broken.length > 0 ? 1 : 0;
  } finally {
    for (const side of sides) await side.stop();
    await postgres.stop();
    await s3?.stop();
  }
}

async function compare(
  sides: Side[],
  postgres: TestPostgres,
  props: { rounds: number; seconds: number; runs: number; connections: number; only: string },
): Promise<Measured[]> {
  const loads = new Map(sides.map((side) => [side, new Load(side.url, props.connections)]));
  const loadOf = (side: Side) => loads.get(side) as Load;
  const ids = new Map<string, string>();
  for (const which of ['ours', 'mlflow'] as const) {
    const side = sides.find(({ name }) => name === (which === 'ours' ? 'ours' : 'MLflow'));
    if (side === undefined) continue;
    const created = await loadOf(side).call('POST', '/api/2.0/mlflow/experiments/create', { name: experiment });
    ids.set(which, JSON.parse(created).experiment_id);
    await seed(which, on(postgres, which), JSON.parse(created).experiment_id, props.runs);
    await prepare(loadOf(side));
  }
  const idOf = (side: Side) => ids.get(side.name === 'ours' ? 'ours' : 'mlflow') as string;
  const found = await Promise.all(
    sides.map(async (side) =>
      JSON.parse(await search(loadOf(side), idOf(side)))
        .runs.map((run: { info: { run_id: string } }) => run.info.run_id)
        .join(),
    ),
  );
  if (found[0] === '' || found.some((rows) => rows !== found[0]))
    throw new Error(`the sides do not find the same rows:\n${found.join('\n')}`);

  const measured: Measured[] = [];
  const wanted = scenarios('').filter(({ name }) => name.includes(props.only));
  if (wanted.length === 0)
    throw new Error(`no scenario has '${props.only}' in its name, got ${scenarios('').map(({ name }) => `'${name}'`)}`);
  for (const { name } of wanted) {
    // The first round is not counted: servers run for weeks, and the first seconds are spent on compiling code and filling caches.
    for (let round = 0; round <= props.rounds; round++) {
      for (const side of sides) {
        const scenario = scenarios(idOf(side)).find((s) => s.name === name);
        if (scenario === undefined || (side.name.includes('NODELAY') && !scenario.nodelay)) continue;
        const one = await measure(side, scenario, loadOf(side), postgres.pid, props.seconds);
        if (round > 0) measured.push(one);
      }
    }
  }
  console.log(sides.map((side) => `after load: ${side.name} ${Math.round(megabytes(side.pid))} MB`).join('\n'));
  for (const load of loads.values()) load.close();
  return measured;
}

async function memoryOfArtifact(ours: Side, s3: TestS3 | undefined): Promise<number | undefined> {
  if (s3 === undefined) console.log('without S3 no artifact of 1 GB: install versitygw');
  return s3 && largeArtifact(ours);
}
