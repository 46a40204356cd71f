import { eventually } from '../../harness/processes';
import { api as mlflow } from '../support/mlflow';
import { becomesReady, patience, useReplicas } from '../support/replicas';

const on = useReplicas();

async function startReplica(env: Record<string, string>) {
  const service = await on.start(env);
  await becomesReady(service);
  return service;
}

test('a Postgres that is stopped under writes, and killed, costs nothing that was acknowledged', async () => {
  const service = await startReplica(on.environment(await on.postgres.createDatabase('away')));
  const acknowledged: string[] = [];
  const refusals = new Map<number, Set<string | null>>();
  let writing = true;
  const write = async (writer: number) => {
    for (let i = 0; writing; i++) {
      const name = `${writer}-${i}`;
      const { status, headers } = await service.post(`${mlflow}/experiments/create`, { name });
      if (status === 200) acknowledged.push(name);
      else refusals.set(status, (refusals.get(status) ?? new Set()).add(headers.get('retry-after')));
    }
  };
  const writers = [1, 2, 3, 4].map(write);
  try {
    for (const end of ['stop', 'kill'] as const) {
      const before = acknowledged.length;
      await eventually(async () => expect(acknowledged.length).toBeGreaterThan(before + 50), patience);
      await on.postgres.order(end);
      await eventually(async () => {
        const { status, json } = await service.get('/readyz');
        expect([status, json.problems]).toEqual([503, [expect.stringMatching(/^database: Postgres at 127.0.0.1/)]]);
      }, patience);
      await on.postgres.order('start');
      await becomesReady(service);
    }
  } finally {
    writing = false;
    await Promise.all(writers);
  }
  expect([...refusals]).toEqual([[503, new Set(['5'])]]);
  const kept = (await on.postgres.sql('select name from experiments', 'away')).map(({ name }) => name);
  expect(kept).toEqual(expect.arrayContaining(acknowledged));
  expect(service.child.exitCode).toBeNull();
});

describe('two replicas on one database', () => {
  test('let one of many creates of a name win, and number versions without a gap', async () => {
    const env = on.environment(await on.postgres.createDatabase('pair'));
    const replicas = await Promise.all([startReplica(env), startReplica(env)]);
    const outcomes = async (path: string, body: object) => {
      const calls = Array.from({ length: 40 }, (_, i) => replicas[i % 2]?.post(`${mlflow}/${path}`, body));
      const answers = (await Promise.all(calls)).map((answer) => answer?.json.error_code ?? 'created');
      return {
        created: answers.filter((code) => code === 'created').length,
        others: new Set(answers).size - 1,
        answers,
      };
    };
    for (const path of ['experiments/create', 'registered-models/create']) {
      const { created, answers } = await outcomes(path, { name: 'one' });
      expect([created, new Set(answers)]).toEqual([1, new Set(['created', 'RESOURCE_ALREADY_EXISTS'])]);
    }
    const source = 's3://elsewhere/model';
    expect((await outcomes('model-versions/create', { name: 'one', source })).answers).toEqual(
      Array(40).fill('created'),
    );
    const versions = await on.postgres.sql('select version from model_versions order by version', 'pair');
    expect(versions.map(({ version }) => Number(version))).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  test('let one of two batches at once set a param; the other leaves nothing behind', async () => {
    const env = on.environment(await on.postgres.createDatabase('racers'));
    const replicas = await Promise.all([startReplica(env), startReplica(env)]);
    const { json } = await replicas[0].post(`${mlflow}/runs/create`, { experiment_id: '0' });
    const run_id = json.run.info.run_id;
    const batch = (key: string, value: number) => ({
      run_id,
      params: [{ key, value: String(value) }],
      metrics: [{ key, value, timestamp: 1, step: 0 }],
    });
    const codes = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const both = replicas.map((replica, value) => replica.post(`${mlflow}/runs/log-batch`, batch(`p${i}`, value)));
        return (await Promise.all(both)).map((answer) => answer.json.error_code ?? 'written').sort();
      }),
    );
    expect(new Set(codes.map(String))).toEqual(new Set(['INVALID_PARAMETER_VALUE,written']));
    const kept = await on.postgres.sql(
      'select p.key, p.value::float8 as param, m.value as metric from params p join metrics m using (run_id, key)',
      'racers',
    );
    expect([kept.length, kept.filter(({ param, metric }) => param !== metric)]).toEqual([60, []]);
  });
});
