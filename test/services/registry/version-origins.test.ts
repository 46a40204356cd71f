import { absent, invalid, keyed as tagsOf } from '../support/mlflow';
import { modelCalls } from '../support/model-calls';
import { errorOf, useRegistry } from '../support/registry';
import type { Answer } from '../support/serve';

const promptTag = 'mlflow.prompt.is_prompt';
const registry = useRegistry();
const { call, newModel, newVersion, read } = modelCalls(registry);

describe('sources', () => {
  let runId: string;
  let root: string;
  beforeAll(async () => {
    const { info } = (await call('/runs/create', { experiment_id: '0' })).json.run;
    runId = info.run_id;
    root = info.artifact_uri;
  });
  const from = async (source: string, fields: object = {}) =>
    call('/model-versions/create', { name: await newModel(), source, ...fields });
  const refusal = async (answer: Promise<Answer>) => {
    const [status, code, message] = errorOf(await answer);
    expect([status, code]).toEqual([400, invalid]);
    return message;
  };

  test.each(['s3://b/x', 's3://b/x//y/', 'gs://b/a b+c', 'dbfs:/x', 's3://b/x?y=..', 'wasbs://c@a/x'])(
    'takes %s as it is',
    async (source) => {
      expect((await from(source)).json.model_version.source).toBe(source);
    },
  );

  test('takes what lies in the run that is named', async () => {
    expect((await from(`${root}/model`, { run_id: runId })).status).toBe(200);
    expect((await from(`runs:/${runId}/model`, { run_id: runId })).status).toBe(200);
  });

  test.each([
    's3://b/../x',
    's3://b/./x',
    's3://b',
    's3://b//',
    's3:b',
    's3://b/a%2f..%2fb',
    's3://b/a%252f%252e%252e%252fb',
    's3://b/a%00',
    'runs:/',
  ])('refuses %s: it is not absolute', async (source) => {
    expect(await refusal(from(source))).toBe(
      `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references present. Please provide an absolute path.`,
    );
  });

  test.each(['http://h/x', 'https://localhost/x', 'mlflow-artifacts://h/1', 'hdfs://h/x', 'ftp://h/x', 'r2://b@h/x'])(
    'refuses %s: it names a host',
    async (source) => {
      expect(await refusal(from(source))).toMatch(/^'source' cannot use the '[a-z0-9-]+' scheme: /);
    },
  );

  test('refuses what the run that is named does not have', async () => {
    const unidentified = /The run_id request parameter must identify the resource that contains the source\.$/;
    for (const source of [root, `${root}/../other`, `runs:/${runId}/model`, `mlflow-artifacts:/0/${runId}`]) {
      expect(await refusal(from(source))).toMatch(/run_id request parameter|absolute path/);
      if (source !== root)
        expect(await refusal(from(source, { run_id: 'b'.repeat(32) }))).toMatch(/run_id|absolute path/);
    }
    expect(await refusal(from(`${root}-other/model`, { run_id: runId }))).toMatch(unidentified);
    expect(await refusal(from(`runs://host/${runId}/model`, { run_id: runId }))).toMatch(unidentified);
    expect(await refusal(from(root, { run_id: 'no-run' }))).toMatch(unidentified);
  });

  test('takes a local path within the local folder of the run only', async () => {
    const location = 'file:///mnt/shared';
    const experiment = (await call('/experiments/create', { name: 'local', artifact_location: location })).json
      .experiment_id;
    const { info } = (await call('/runs/create', { experiment_id: experiment })).json.run;
    const inside = `/mnt/shared/${info.run_id}/artifacts/model`;
    expect((await from(inside, { run_id: info.run_id })).status).toBe(200);
    expect((await from(`file://${inside}`, { run_id: info.run_id })).status).toBe(200);
    const outside = /^Invalid model version source: '.*'\. To use a local path as a model version source, the run_id/;
    for (const source of ['/etc', `${inside}/../../../x`, 'file:///mnt/shared'])
      expect(await refusal(from(source, { run_id: info.run_id }))).toMatch(outside);
    expect(await refusal(from(inside))).toMatch(outside);
    expect(await refusal(from(inside, { run_id: runId }))).toMatch(outside);
    expect(await refusal(from('file://elsewhere/x'))).toMatch(/not a valid remote uri/);
  });

  test('copies a version by number, alias, stage and as the latest: the run comes along', async () => {
    const name = await newModel();
    const run_id = 'c'.repeat(32);
    await newVersion(name, { run_id, source: 's3://bucket/one' });
    await newVersion(name, { source: 's3://bucket/two' });
    await call('/registered-models/alias', { name, alias: 'champion', version: '1' });
    await call('/model-versions/transition-stage', { name, version: '1', stage: 'Production' });
    for (const suffix of ['/1', '@champion', '/production']) {
      const copy = (await from(`models:/${name}${suffix}`)).json.model_version;
      expect(copy).toMatchObject({ source: `models:/${name}/1`, run_id });
      const uri = await read('/model-versions/get-download-uri', { name: copy.name, version: '1' });
      expect(uri.json).toEqual({ artifact_uri: 's3://bucket/one' });
    }
    expect((await from(`models:/${name}/latest`)).json.model_version.source).toBe(`models:/${name}/2`);
    const mismatch = `Invalid model version source: 'models:/${name}/1'. The run_id and model_id request parameters must match the referenced model version.`;
    expect(await refusal(from(`models:/${name}/1`, { run_id: 'd'.repeat(32) }))).toBe(mismatch);
    expect(await refusal(from(`models:/${name}/1`, { model_id: 'm-1' }))).toBe(mismatch);
    expect((await from(`models:/${name}/9`)).status).toBe(404);
    expect((await from(`models:/${name}/staging`)).status).toBe(404);
    expect(await refusal(from(`models:/${name}@none`))).toBe('Registered model alias none not found.');
    for (const source of [`models://host/${name}/1`, 'models:/a/b/c', 'models:/'])
      expect(await refusal(from(source))).toMatch(/^Invalid model version source/);
  });

  test('takes a logged model: its run and its files, and tells it of the version', async () => {
    const made = await call('/logged-models', { experiment_id: '0', name: 'logged', source_run_id: runId });
    const { model_id, artifact_uri } = made.json.model.info;
    const [name, other] = [await newModel(), await newModel()];
    const fields = { source: `models:/${model_id}`, model_id };
    expect(await newVersion(name, fields)).toMatchObject({
      version: '1',
      source: `models:/${model_id}`,
      run_id: runId,
    });
    expect(await newVersion(other, { source: `${artifact_uri}/part`, model_id })).toMatchObject({ run_id: runId });
    const uri = await read('/model-versions/get-download-uri', { name, version: '1' });
    expect(uri.json).toEqual({ artifact_uri });
    const { tags } = (await read(`/logged-models/${model_id}`)).json.model.info;
    expect(tags).toEqual([
      { key: 'mlflow.modelVersions', value: `[{"name": "${name}", "version": 1}, {"name": "${other}", "version": 1}]` },
    ]);
    expect(await refusal(from(artifact_uri, { run_id: runId }))).toMatch(/The run_id request parameter must identify/);
    expect(await refusal(from(root, { model_id }))).toMatch(/The model_id request parameter must identify/);
    const copy = (await from(`models:/${name}/1`)).json.model_version;
    expect((await registry.get(`/api/v1/lineage/models/${copy.name}/versions/1`)).json).toMatchObject({
      logged_model_id: model_id,
      run: { run_id: runId },
      artifact_uri,
    });
  });

  test('refuses a logged model that is not there', async () => {
    expect(errorOf(await from('models:/m-1', { model_id: 'm-1' }))).toEqual([
      404,
      absent,
      "Logged model with ID 'm-1' not found.",
    ]);
    expect(await refusal(from('models:/m-1'))).toMatch(/The model_id request parameter must identify/);
    expect(await refusal(from(`runs:/${runId}/m`, { model_id: 'm-1' }))).toMatch(/The model_id request parameter must/);
  });
});

describe('lineage', () => {
  const lineage = (name: string, version = '1') => registry.get(`/api/v1/lineage/models/${name}/versions/${version}`);
  const time = /^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  let runId: string;
  let root: string;
  let name: string;

  beforeAll(async () => {
    const { experiment_id } = (await call('/experiments/create', { name: 'churn' })).json;
    const tags = tagsOf({
      'mlflow.source.git.commit': 'abc123',
      'mlflow.source.git.dirty': 'True',
      'mlflow.source.name': 'train.py',
      'mlflow.docker.image.uri': 'registry.example/train@sha256:1',
      'mlflow.parentRunId': 'e'.repeat(32),
      'mlops.feature.flights': '7',
      'mlops.feature.weather': '3',
      'mlops.transformation.scale': 'v1',
      team: 'search',
    });
    const body = { experiment_id, user_id: 'ann', run_name: 'night', start_time: 1_700_000_000_000, tags };
    ({ run_id: runId, artifact_uri: root } = (await call('/runs/create', body)).json.run.info);
    await call('/runs/log-batch', {
      run_id: runId,
      params: tagsOf({ depth: '3' }),
      metrics: [
        { key: 'auc', value: 0.9, timestamp: 1_700_000_001_000, step: 1 },
        { key: 'auc', value: 0.8, timestamp: 1_700_000_000_500, step: 0 },
        { key: 'lost', value: 'NaN', timestamp: '9007199254740991', step: 2 },
      ],
    });
    const data = {
      name: 'flights',
      digest: 'd1',
      source_type: 's3',
      source: '{"uri": "s3://data/flights"}',
      schema: '{}',
    };
    const datasets = [{ tags: tagsOf({ 'mlflow.data.context': 'training' }), dataset: data }];
    expect(
      (await call('/runs/log-inputs', { run_id: runId, datasets, models: [{ model_id: 'm-input' }] })).status,
    ).toBe(200);
    const folder = root.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/');
    for (const file of ['MLmodel', 'requirements.txt', 'model.onnx', 'data/conda.yaml'])
      await registry.send('PUT', `${folder}/model/${file}`, { body: file });
    name = await newModel();
    await newVersion(name, {
      source: `${root}/model`,
      run_id: runId,
      tags: tagsOf({ 'mlops.feature.flights': '8', 'mlops.approval': 'ann, ticket 17' }),
    });
    await call('/registered-models/alias', { name, alias: 'champion', version: '1' });
  });

  test('says all that made a version', async () => {
    expect((await lineage(name)).json).toEqual({
      name,
      version: '1',
      stage: 'None',
      aliases: ['champion'],
      description: null,
      tags: { 'mlops.approval': 'ann, ticket 17', 'mlops.feature.flights': '8' },
      created: expect.stringMatching(time),
      source: `${root}/model`,
      artifact_uri: `${root}/model`,
      logged_model_id: null,
      run_id: runId,
      run: {
        run_id: runId,
        name: 'night',
        experiment: { experiment_id: expect.stringMatching(/^\d+$/), name: 'churn' },
        user: 'ann',
        status: 'RUNNING',
        lifecycle_stage: 'active',
        started: '2023-11-14T22:13:20.000Z',
        ended: null,
        artifact_uri: root,
        parent_run_id: 'e'.repeat(32),
        params: { depth: '3' },
        metrics: {
          auc: { value: 0.9, step: 1, time: '2023-11-14T22:13:21.000Z' },
          lost: { value: 'NaN', step: 2, time: null },
        },
        tags: {
          'mlops.feature.flights': '7',
          'mlops.feature.weather': '3',
          'mlops.transformation.scale': 'v1',
          team: 'search',
        },
      },
      datasets: [
        {
          name: 'flights',
          digest: 'd1',
          source_type: 's3',
          source: '{"uri": "s3://data/flights"}',
          schema: '{}',
          context: 'training',
        },
      ],
      input_models: ['m-input'],
      code: { commit: 'abc123', dirty: true, branch: null, repository: null, source: 'train.py', entry_point: null },
      environment: {
        files: { MLmodel: `${root}/model/MLmodel`, 'requirements.txt': `${root}/model/requirements.txt` },
        image: 'registry.example/train@sha256:1',
      },
      feature_rules: { flights: '8', weather: '3' },
      transformation_rules: { scale: 'v1' },
    });
  });

  test('of a copy and of a source by run leads to the same run and files', async () => {
    const copy = await newModel();
    await newVersion(copy, { source: `models:/${name}/1` });
    await newVersion(copy, { source: `runs:/${runId}/model/`, run_id: runId });
    for (const number of ['1', '2']) {
      const { json } = await lineage(copy, number);
      expect(json).toMatchObject({ artifact_uri: `${root}/model`, run: { run_id: runId }, code: { commit: 'abc123' } });
      expect(Object.keys(json.environment.files)).toEqual(['MLmodel', 'requirements.txt']);
    }
  });

  test('of a version without a run, or with one of another server, knows the version only', async () => {
    const other = await newModel();
    await newVersion(other);
    await newVersion(other, { run_id: 'elsewhere' });
    await newVersion(other, { run_id: 'f'.repeat(32) });
    for (const [number, run_id] of [
      ['1', null],
      ['2', 'elsewhere'],
      ['3', 'f'.repeat(32)],
    ] as const)
      expect((await lineage(other, number)).json).toMatchObject({
        run_id,
        run: null,
        datasets: [],
        environment: { files: {}, image: null },
        code: { commit: null, dirty: false },
        artifact_uri: 's3://bucket/model',
      });
  });

  test('refuses what is not there', async () => {
    const gone = `Model Version (name=${name}, version=9) not found`;
    expect(errorOf(await lineage(name, '9'))).toEqual([404, absent, gone]);
    expect(errorOf(await lineage('none'))[0]).toBe(404);
    expect(errorOf(await lineage(name, 'first'))).toEqual([
      400,
      invalid,
      "Parameter 'version' must be an integer, got 'first'.",
    ]);
    expect((await registry.get('/api/v1/inventory/models?max_results=0')).status).toBe(400);
  });

  test('the inventory says where aliases point, since when, and who approved', async () => {
    const inventory = async (query: string) => (await registry.get(`/api/v1/inventory/models?${query}`)).json;
    const prompt = await newModel({ [promptTag]: 'true' });
    await newVersion(prompt, { source: 'dummy-source', tags: tagsOf({ [promptTag]: 'true' }) });
    const before = new Date().toISOString();
    const other = await newModel();
    for (let i = 0; i < 2; i++) await newVersion(other);
    const point = (name: string, alias: string, version: string) =>
      call('/registered-models/alias', { name, alias, version });
    await point(prompt, 'live', '1');
    await point(other, 'live', '1');
    await point(other, 'live', '2');
    await point(name, 'live', '1');
    const { models, ...rest } = await inventory('alias=live');
    expect([rest, models]).toEqual([
      {},
      [
        {
          name,
          alias: 'live',
          version: '1',
          since: expect.stringMatching(time),
          approval: 'ann, ticket 17',
          stage: 'None',
          run_id: runId,
          created: expect.stringMatching(time),
        },
        expect.objectContaining({ name: other, version: '2', approval: null, run_id: null }),
      ],
    ]);
    const [, { since }] = models;
    expect(since >= before).toBe(true);
    await point(other, 'live', '2');
    expect((await inventory('alias=live')).models[1].since).toBe(since);
    const first = await inventory('alias=live&alias=champion&max_results=1');
    expect(first.models.map(({ alias }: { alias: string }) => alias)).toEqual(['champion']);
    const second = await inventory(`alias=live&alias=champion&max_results=9&page_token=${first.next_page_token}`);
    expect(second.models.map(({ alias }: { alias: string }) => alias)).toContain('live');
    expect((await inventory('')).models.length).toBeGreaterThan(3);
    expect((await inventory('alias=none')).models).toEqual([]);
  });
});
