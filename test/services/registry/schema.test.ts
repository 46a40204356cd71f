import { migrate } from '../../../services/kit/migrations';
import { migrations } from '../../../services/registry/migrations';
import { eventually } from '../../harness/processes';
import { readableLog } from '../support/log-lines';
import { errorOf, useRegistry } from '../support/registry';
import { trackingCalls } from '../support/tracking-calls';

const registry = useRegistry();
const { call, newRun, read } = trackingCalls(registry);

test('keeps nothing of a run that is deleted by hand, and refuses a batch that comes meanwhile', async () => {
  const run_id = await newRun('0');
  const batch = (key: string) => ({
    run_id,
    metrics: [{ key, value: 1, timestamp: 1, step: 0 }],
    params: [{ key, value: '1' }],
  });
  expect((await call('/runs/log-batch', batch('before'))).status).toBe(200);
  const deletion = registry.sql(`begin; delete from runs where run_id = '${run_id}'; select pg_sleep(1); commit`);
  await eventually(async () => {
    const asleep = await registry.postgres.sql("select from pg_stat_activity where wait_event = 'PgSleep'");
    expect(asleep).toHaveLength(1);
  });
  expect(errorOf(await call('/runs/log-batch', batch('meanwhile')))[0]).toBe(404);
  await deletion;
  const left = await registry.sql(
    `select 1 from metrics where run_id = '${run_id}' union all select 2 from latest_metrics where run_id = '${run_id}'
     union all select 3 from params where run_id = '${run_id}'`,
  );
  expect(left).toEqual([]);
});

test('takes over the runs of a schema that still has foreign keys', async () => {
  const database = await registry.postgres.createDatabase('older');
  const { log } = readableLog();
  const older = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '0008'));
  await migrate({ database, migrations: older, log });
  await registry.postgres.sql(
    `insert into runs (run_id, experiment_id, name, user_id, status, artifact_uri)
       select id::uuid, 0, 'old', '', 'FINISHED', 'x' from unnest(array['${'a'.repeat(32)}', '${'b'.repeat(32)}']) id;
     insert into metrics select run_id, 'loss', 1, 1, 0.5 from runs;
     insert into latest_metrics select run_id, 'loss', 0.5, 1, 1 from runs;
     insert into params select run_id, 'depth', '1' from runs`,
    'older',
  );
  await Promise.all([migrate({ database, migrations, log }), migrate({ database, migrations, log })]);
  await registry.postgres.sql(`delete from runs where run_id = '${'a'.repeat(32)}'`, 'older');
  const left = await registry.postgres.sql(
    `select run_id from metrics union all select run_id from latest_metrics union all select run_id from params`,
    'older',
  );
  expect(left.map(({ run_id }) => String(run_id).slice(0, 2))).toEqual(['bb', 'bb', 'bb']);
  const keys = await registry.postgres.sql(
    "select conrelid::regclass::text as of from pg_constraint where contype = 'f' and confrelid = 'runs'::regclass order by 1",
    'older',
  );
  expect(keys.map(({ of }) => of)).toEqual(['logged_model_metrics', 'run_datasets', 'run_models', 'tags']);
});

test('goes on while a newer replica adds a column', async () => {
  const everything = async () => {
    const run_id = await newRun('0');
    const batch = { run_id, params: [{ key: 'depth', value: '1' }] };
    const answers = [
      await call('/runs/log-batch', batch),
      await read(`/runs/get?run_id=${run_id}`),
      await read('/registered-models/alias?name=columns&alias=champion'),
    ];
    return answers.map(({ status }) => status);
  };
  await call('/registered-models/create', { name: 'columns' });
  await call('/model-versions/create', { name: 'columns', source: 's3://elsewhere/model' });
  await call('/registered-models/alias', { name: 'columns', alias: 'champion', version: '1' });
  const tables = ['experiments', 'runs', 'params', 'registered_models', 'model_versions', 'registered_model_aliases'];
  const change = (what: string) => registry.sql(tables.map((table) => `alter table ${table} ${what}`).join(';'));
  expect(await everything()).toEqual([200, 200, 200]);
  await change('add column later text');
  expect(await everything()).toEqual([200, 200, 200]);
  await change('drop column later');
});

test('leaves a schema that is newer than it as it is, so that an older replica may start again', async () => {
  const database = await registry.postgres.createDatabase('newer');
  const { log, lines } = readableLog();
  const next = { up: async () => undefined };
  await migrate({ database, migrations: { ...migrations, '9999-next': next }, log });
  await migrate({ database, migrations, log });
  expect(lines.map((line) => JSON.parse(line).migration)).toEqual([...Object.keys(migrations), '9999-next']);
});
