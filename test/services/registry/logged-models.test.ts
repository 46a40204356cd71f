import { loggedModelCalls, namesOf, noModel } from '../support/logged-model-calls';
import { absent, bad, docs, invalid, keyed } from '../support/mlflow';
import { errorOf, useRegistry } from '../support/registry';

const files = '/api/2.0/mlflow-artifacts';
const registry = useRegistry();
const { call, modelOf, newExperiment, newModel, newRun, patchModel, read, remove } = loggedModelCalls(registry);

describe('a logged model', () => {
  let experiment: string;
  beforeAll(async () => {
    experiment = await newExperiment();
  });

  test('is made with all that was said of it, and lies below its experiment', async () => {
    const source_run_id = await newRun(experiment);
    const created = await call('/logged-models', {
      experiment_id: experiment,
      name: 'classifier',
      model_type: 'agent',
      source_run_id,
      params: keyed({ depth: '3', C: '1.0' }),
      tags: keyed({ team: 'search' }),
    });
    const { info, data } = created.json.model;
    expect(info).toEqual({
      model_id: expect.stringMatching(/^m-[0-9a-f]{32}$/),
      experiment_id: experiment,
      name: 'classifier',
      creation_timestamp_ms: expect.any(Number),
      last_updated_timestamp_ms: info.creation_timestamp_ms,
      artifact_uri: `mlflow-artifacts:/${experiment}/models/${info.model_id}/artifacts`,
      status: 'LOGGED_MODEL_PENDING',
      model_type: 'agent',
      source_run_id,
      tags: keyed({ team: 'search' }),
    });
    expect(data).toEqual({ params: keyed({ depth: '3', C: '1.0' }), metrics: [] });
    expect((await modelOf(info.model_id)).info).toEqual(info);
    expect((await modelOf(info.model_id)).data.params).toEqual(expect.arrayContaining(data.params));
  });

  test('gets a name when it has none, and takes names that others have', async () => {
    const [first, second] = [await newModel(experiment), await newModel(experiment, { name: '' })];
    expect((await modelOf(first)).info.name).toMatch(/^[a-z]+-[a-z]+-\d+$/);
    await newModel(experiment, { name: 'twice' });
    expect((await modelOf(await newModel(experiment, { name: 'twice' }))).info.name).toBe('twice');
    expect(first).not.toBe(second);
  });

  test('lies where its experiment says', async () => {
    const elsewhere = await newExperiment({ artifact_location: 's3://bucket/there/' });
    const id = await newModel(elsewhere);
    expect((await modelOf(id)).info.artifact_uri).toBe(`s3://bucket/there/models/${id}/artifacts`);
    expect((await read(`/logged-models/${id}/artifacts/directories`)).json.message).toContain('are not served here');
  });

  test.each(['a/b', 'a:b', 'a.b', 'a%b', 'a"b', "a'b"])('is not named %s', async (name) => {
    const message = `Invalid model name ('${name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '"', "'")`;
    expect(errorOf(await call('/logged-models', { experiment_id: experiment, name }))).toEqual([400, invalid, message]);
  });

  test('is refused with values that no column takes, twice the same key, or no experiment', async () => {
    const refusal = async (fields: object) =>
      errorOf(await call('/logged-models', { experiment_id: experiment, ...fields }));
    expect(await refusal({ name: 'x'.repeat(501) })).toEqual([
      400,
      bad,
      "'name' exceeds the maximum length of 500 characters",
    ]);
    expect((await refusal({ tags: keyed({ ['k'.repeat(256)]: '' }) }))[1]).toBe(bad);
    const twice = [...keyed({ a: '1' }), ...keyed({ a: '1' })];
    expect(await refusal({ params: twice })).toEqual([400, bad, "The param 'a' of a logged model is given twice"]);
    expect((await refusal({ tags: twice }))[1]).toBe(bad);
    expect(await refusal({ experiment_id: '' })).toEqual([
      400,
      invalid,
      `Missing value for required parameter 'experiment_id'. ${docs}`,
    ]);
    expect(await refusal({ experiment_id: '987654' })).toEqual([404, absent, 'No Experiment with id=987654 exists']);
    expect((await refusal({ experiment_id: 'x' }))[1]).toBe(invalid);
    const deleted = await newExperiment();
    await call('/experiments/delete', { experiment_id: deleted });
    expect(await refusal({ experiment_id: deleted })).toEqual([
      400,
      invalid,
      `The experiment ${deleted} must be in the 'active' state. Current state is deleted.`,
    ]);
  });

  test('is ready or failed when its files are there or not', async () => {
    const model_id = await newModel(experiment);
    const finalize = async (status: unknown) => {
      const { status: code, json } = await patchModel(model_id, { model_id, status });
      return code === 200 ? json.model.info.status : [json.error_code, json.message];
    };
    expect(await finalize('LOGGED_MODEL_READY')).toBe('LOGGED_MODEL_READY');
    expect(await finalize(3)).toBe('LOGGED_MODEL_UPLOAD_FAILED');
    expect((await modelOf(model_id)).info.status).toBe('LOGGED_MODEL_UPLOAD_FAILED');
    for (const wrong of [4, 'READY-ISH', true]) expect((await finalize(wrong))[0]).toBe(invalid);
    expect(await finalize(undefined)).toEqual([invalid, `Missing value for required parameter 'status'. ${docs}`]);
    const other = await newModel(experiment);
    expect((await patchModel(model_id, { model_id: other, status: 2 })).status).toBe(400);
    expect((await modelOf(other)).info.status).toBe('LOGGED_MODEL_PENDING');
  });

  test('takes tags again and again, params once', async () => {
    const model_id = await newModel(experiment, { tags: keyed({ a: '1' }), params: keyed({ p: '1' }) });
    const log = (params: object[]) => call(`/logged-models/${model_id}/params`, { model_id, params });
    await patchModel(`${model_id}/tags`, { tags: [...keyed({ a: '2', 'b/c': '3' }), ...keyed({ a: '4' })] });
    expect((await modelOf(model_id)).info.tags).toEqual(keyed({ a: '4', 'b/c': '3' }));
    expect((await remove(`${model_id}/tags/b%2Fc`)).json).toEqual({});
    expect(errorOf(await remove(`${model_id}/tags/b%2Fc`))).toEqual([
      404,
      absent,
      `No tag with key 'b/c' found for model with ID '${model_id}'.`,
    ]);
    expect((await log(keyed({ q: '2' }))).json).toEqual({});
    // The second may not change anything, not even that which is new.
    expect(errorOf(await log(keyed({ r: '1', p: '1' })))[1]).toBe(bad);
    expect((await modelOf(model_id)).data.params).toEqual(keyed({ p: '1', q: '2' }));
    expect((await log([])).json).toEqual({});
  });

  test('is deleted: gone for who does not ask for deleted ones, and for searches', async () => {
    const model_id = await newModel(experiment, { name: 'gone' });
    expect((await remove(model_id)).json).toEqual({});
    expect(errorOf(await read(`/logged-models/${model_id}`))).toEqual([
      404,
      absent,
      `Logged model with ID '${model_id}' not found.`,
    ]);
    expect((await read(`/logged-models/${model_id}?allow_deleted=true`)).json.model.info.name).toBe('gone');
    expect((await read(`/logged-models/${model_id}/artifacts/directories`)).status).toBe(404);
    expect(namesOf(await call('/logged-models/search', { experiment_ids: [experiment] }))).not.toContain('gone');
  });

  test('that is not there is 404 for every call', async () => {
    const answers = [
      read(`/logged-models/${noModel}`),
      read(`/logged-models/${noModel}/artifacts/directories`),
      remove(noModel),
      remove(`${noModel}/tags/a`),
      patchModel(noModel, { model_id: noModel, status: 2 }),
      patchModel(`${noModel}/tags`, { tags: keyed({ a: '1' }) }),
      call(`/logged-models/${noModel}/params`, { model_id: noModel, params: keyed({ a: '1' }) }),
    ];
    const expected = [404, absent, `Logged model with ID '${noModel}' not found.`];
    expect((await Promise.all(answers)).map(errorOf)).toEqual(answers.map(() => expected));
  });

  test('lists its files, and becomes a version that leads to them', async () => {
    const source_run_id = await newRun(experiment);
    const model_id = await newModel(experiment, { source_run_id });
    const root = `${files}/artifacts/${experiment}/models/${model_id}/artifacts`;
    await registry.send('PUT', `${root}/MLmodel`, { body: 'flavors' });
    await registry.send('PUT', `${root}/data/weights.bin`, { body: '12345' });
    const list = (path = '') => read(`/logged-models/${model_id}/artifacts/directories${path}`);
    expect((await list()).json).toEqual({
      root_uri: `mlflow-artifacts:/${experiment}/models/${model_id}/artifacts`,
      files: [
        { path: 'MLmodel', is_dir: false, file_size: 7 },
        { path: 'data', is_dir: true },
      ],
    });
    const inData = [{ path: 'data/weights.bin', is_dir: false, file_size: 5 }];
    expect((await list('?artifact_directory_path=data')).json.files).toEqual(inData);
    expect((await list('?artifact_directory_path=data/')).json.files).toEqual(inData);
    expect((await list('?artifact_directory_path=../..')).status).toBe(400);

    await call('/registered-models/create', { name: 'from-logged' });
    const version = { name: 'from-logged', source: `models:/${model_id}`, model_id };
    const created = await call('/model-versions/create', version);
    expect(created.json.model_version.run_id).toBe(source_run_id);
    const uri = await read('/model-versions/get-download-uri?name=from-logged&version=1');
    expect(uri.json.artifact_uri).toBe(`mlflow-artifacts:/${experiment}/models/${model_id}/artifacts`);
    expect((await modelOf(model_id)).info.tags).toEqual(
      keyed({ 'mlflow.modelVersions': '[{"name": "from-logged", "version": 1}]' }),
    );
    await remove(model_id);
    expect((await call('/model-versions/create', version)).status).toBe(404);
    const tags = keyed({ 'mlflow.prompt.is_prompt': 'true' });
    await call('/registered-models/create', { name: 'asked', tags });
    const prompt = { name: 'asked', source: 'dummy-source', model_id: noModel, tags };
    expect((await call('/model-versions/create', prompt)).status).toBe(200);
  });
});
