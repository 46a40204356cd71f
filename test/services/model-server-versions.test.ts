import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/processes';
import { type Files, mlmodel, newVersion, onnx, plus, setAlias, signatures } from './support/logged-models';
import {
  api,
  cacheFolder,
  infer,
  looks,
  newModel,
  open,
  patience,
  proxy,
  ready,
  refusal,
  registry,
  said,
  useRegistry,
} from './support/watched-models';

useRegistry();

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const bad = (files: Files, reason: string | RegExp) => ({ files, reason });
const two = {
  MLmodel: mlmodel({
    inputs: [
      signatures.tensor('a', 'float64', [-1, 1]),
      signatures.tensor('b', 'float64', [-1, 1]),
      signatures.tensor('city', 'str', [-1, 1]),
    ],
    outputs: [signatures.tensor('price', 'float64', [-1, 1])],
  }),
  'model.onnx': onnx('two-inputs'),
};

describe('a bad version is refused, reported, and the old one goes on:', () => {
  test.each(
    Object.entries({
      'its file is no ONNX': bad(
        plus('two', { 'model.onnx': 'not a model' }),
        /^its file cannot be loaded: .*[Pp]rotobuf/,
      ),
      'its file is empty': bad(plus('two', { 'model.onnx': '' }), /^its file cannot be loaded: /),
      'it is of another flavor': bad(
        plus('two', { MLmodel: 'flavors:\n  sklearn:\n    pickled_model: model.pkl\n  python_function: {}\n' }),
        'it has no ONNX model, got the flavors sklearn, python_function; log it with mlflow.onnx.log_model',
      ),
      'its MLmodel file is no YAML': bad(plus('two', { MLmodel: 'flavors: [' }), /^its MLmodel file cannot be read: /),
      'its MLmodel file names a file that is not there': bad(
        { MLmodel: mlmodel(), 'other.onnx': onnx('plus-two') },
        "its MLmodel file names 'model.onnx', which is not among its files; log it again",
      ),
      'it has neither': bad(
        { 'weights.bin': 'x' },
        'it has neither an MLmodel file nor an .onnx file; log it with mlflow.onnx.log_model',
      ),
      'it has two ONNX files and nothing says which': bad(
        { 'a.onnx': onnx('plus-one'), 'b.onnx': onnx('plus-two') },
        'it has no MLmodel file and several .onnx files (a.onnx, b.onnx); leave one, or log it with mlflow.onnx.log_model',
      ),
      'its inputs are named otherwise': bad(
        plus('two', {
          MLmodel: mlmodel({
            inputs: [signatures.tensor('features', 'float32', [-1, 2])],
            outputs: [signatures.tensor('y', 'float32', [-1])],
          }),
        }),
        "its file does not keep its signature: the signature has the input 'features', the file 'x'; the file has the input 'x', the signature does not",
      ),
      'its types and shapes are others': bad(
        plus('two', {
          MLmodel: mlmodel({
            inputs: [signatures.tensor(undefined, 'int64', [-1, 3])],
            outputs: [signatures.tensor('y', 'float64', [-1, 1])],
          }),
        }),
        "its file does not keep its signature: input 'x' is int64 in the signature, FP32 in the file; input 'x' has the shape [-1,3] in the signature, [-1,2] in the file; output 'y' has the shape [-1,1] in the signature, [-1] in the file",
      ),
      'its columns are others': bad(
        plus('two', {
          MLmodel: mlmodel({
            inputs: [
              { type: 'double', name: 'a', required: true },
              { type: 'string', name: 'b', required: true },
              { type: 'long', name: 'c', required: true },
            ],
            outputs: [],
          }),
        }),
        "its file does not keep its signature: input 'x' has 3 columns in the signature, the shape [-1,2] in the file; input 'x' has 1 columns of text in the signature, FP32 in the file",
      ),
      'it fails on its example': bad(
        {
          MLmodel: mlmodel(undefined, true),
          'model.onnx': onnx('lookup'),
          'serving_input_example.json': '{"inputs": [100]}',
        },
        /^it fails on its own input example: .*Gather/,
      ),
      'its example does not fit': bad(
        plus('two', { 'serving_input_example.json': '{"inputs": [[1.0, 2.0, 3.0]]}' }),
        "its input example does not fit: 'x' has 3 values of the shape [1,3], not of [-1,2]",
      ),
      'its example lacks an input': bad(
        { ...two, 'input_example.json': '{"a": [[1.0]]}', MLmodel: mlmodel(undefined, true) },
        "its input example does not fit: it has nothing for the input 'b'",
      ),
      'its outputs are not the expected ones': bad(
        plus('two', {
          'expected_outputs.json': '{"outputs": [{"name": "y", "datatype": "FP32", "shape": [2], "data": [5.0, 8.0]}]}',
        }),
        "it answers its input example not as expected_outputs.json says: output 'y' is expected to be 8 at 1, got 9",
      ),
      'it has expected outputs of no example': bad(
        { 'model.onnx': onnx('plus-two'), 'expected_outputs.json': '{}' },
        'it has expected_outputs.json, but no input example that gives them; log both or none',
      ),
      'its expected outputs cannot be read': bad(
        plus('two', { 'expected_outputs.json': '{"outputs": []}' }),
        /^its expected_outputs.json cannot be read: /,
      ),
      'a file is another than the one whose checksum was logged': bad(
        plus('two', { SHA256SUMS: `${sha256(onnx('plus-one'))}  ./model.onnx\n` }),
        "its file 'model.onnx' is another, by the checksum in SHA256SUMS; log the model again",
      ),
      'a file whose checksum was logged is missing': bad(
        plus('two', { SHA256SUMS: `${sha256('')} *weights.bin` }),
        "its file 'weights.bin' is not there, by the checksum in SHA256SUMS; log the model again",
      ),
      'its checksums are none': bad(
        plus('two', { SHA256SUMS: 'model.onnx' }),
        'its SHA256SUMS has a line that is none; write it by sha256sum',
      ),
      'it is too big': bad(
        plus('two', { 'weights.bin': Buffer.alloc(1024 * 1024) }),
        'its files are larger than 1 MiB together, got 2 MiB; log fewer files, or raise MAX_MODEL_MIB',
      ),
    }),
  )('%s', async (_, { files, reason }) => {
    const name = await newModel(plus('one'), files);
    const { repository, engine, lines, metrics } = await open(`models:/${name}@champion`);
    await ready(repository);
    await setAlias(registry, name, 'champion', '2');
    const told = await refusal(repository, '2');
    typeof reason === 'string' ? expect(told).toBe(reason) : expect(told).toMatch(reason);
    expect(await infer(repository, name, 1, 1)).toEqual({ version: '1', y: [3] });
    await repository.check();
    expect(() => repository.acquire(name, '2')).toThrow(expect.objectContaining({ status: 503 }));
    expect(said(lines, 'a version is refused until the alias moves, version 1 goes on')).toMatchObject([
      { version: '2', reason: told },
    ]);
    expect(await metrics()).toContain(`model_loads_total{model="${name}",outcome="refused"} 1`);
    expect(engine.open.size).toBe(1);

    // Tried again when it is asked for, and not by itself.
    const { loads } = engine;
    await looks(name, 3);
    expect(engine.loads).toBe(loads);
    await expect(repository.load(name)).rejects.toMatchObject({
      status: 400,
      message: `model '${name}' could not be loaded: ${told}`,
    });
    expect(await metrics()).toContain('outcome="refused"} 2');

    await setAlias(registry, name, 'champion', '1');
    await eventually(async () => expect(repository.index()).toHaveLength(1), patience);
    expect(readdirSync(join(cacheFolder, readdirSync(cacheFolder)[0] ?? '')).length).toBeLessThan(4);
  });

  test('a version that lies where the registry serves nothing', async () => {
    const name = await newModel(plus('one'));
    const { info } = (await registry.post(`${api}/runs/create`, { experiment_id: '0' })).json.run;
    await newVersion(registry, { name, source: 's3://bucket/model', run_id: info.run_id });
    const { repository } = await open(`models:/${name}/2`);
    expect(await refusal(repository, '2')).toBe(
      'its files lie at s3://bucket/model, which the registry does not serve; log it to an experiment whose artifacts lie below mlflow-artifacts:/',
    );
    await expect(repository.check()).rejects.toThrow(/^version 2: its files lie at s3:/);
  });

  test('a version without files', async () => {
    const name = await newModel({});
    const { repository } = await open(`models:/${name}@champion`);
    expect(await refusal(repository, '1')).toMatch(
      /^there are no files at mlflow-artifacts:\/.*; log the model again$/,
    );
  });

  test('a file that turns out larger than the registry has said', async () => {
    const name = await newModel(plus('one'));
    proxy.intercept = (request, response) => {
      if (!request.url?.endsWith('/requirements.txt')) return false;
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65536)));
      };
      response.on('drain', more);
      more();
      return true;
    };
    const { repository } = await open(`models:/${name}@champion`);
    expect(await refusal(repository, '1')).toBe(
      'its files are larger than 1 MiB together, got more; log fewer files, or raise MAX_MODEL_MIB',
    );
  });

  test('a listing that leads out of the folder', async () => {
    const name = await newModel(plus('one'));
    proxy.intercept = (request, response) => {
      if (!request.url?.includes('/artifacts?path=')) return false;
      response.setHeader('content-type', 'application/json');
      response.end('{"files": [{"path": "../../escaped", "is_dir": false, "file_size": 1}]}');
      return true;
    };
    const { repository } = await open(`models:/${name}@champion`);
    expect(await refusal(repository, '1')).toBe("a file of it is named '../../escaped', which leads elsewhere");
  });
});

describe('a good version serves', () => {
  const response = (data: number[]) => JSON.stringify({ outputs: [{ name: 'y', datatype: 'FP32', shape: [2], data }] });

  test.each(
    Object.entries<Files>({
      'without an MLmodel file': { 'model.onnx': onnx('plus-one') },
      'with outputs that are expected, to 1e-4 of their size': plus('one', {
        'expected_outputs.json': response([4.0003, 7.9993]),
      }),
      'with an example of an older client': {
        MLmodel: mlmodel(signatures.plus, true),
        'model.onnx': onnx('plus-one'),
        'input_example.json': '{"inputs": [[1.0, 2.0]]}',
      },
      'with a DataFrame for an example, and missing values': plus('one', {
        'serving_input_example.json':
          '{"dataframe_split": {"columns": ["a", "b"], "data": [[1.0, NaN], [null, -Infinity]]}}',
      }),
      'with checksums that are its own': plus('one', {
        SHA256SUMS: `${sha256(onnx('plus-one'))}  model.onnx\n${sha256('[[1.0, 2.0], [3.0, 4.0]]')} *input_example.json\n`,
      }),
      'with records for an example': plus('one', {
        'serving_input_example.json': '{"dataframe_records": [{"a": 1, "b": true}]}',
      }),
      'with an example of the protocol': plus('one', {
        'serving_input_example.json':
          '{"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 2], "data": [1.0, 2.0]}]}',
      }),
      'logged by float64, as MLflow casts it': plus('one', {
        MLmodel: mlmodel({ inputs: [signatures.tensor(undefined, 'float64', [-1, 2])], outputs: [] }, true),
      }),
      'with columns in its signature': plus('one', {
        MLmodel: mlmodel({
          inputs: ['a', 'b'].map((name) => ({ type: 'double', name, required: true })),
          outputs: [],
        }),
      }),
    }),
  )('%s', async (_, files) => {
    const name = await newModel(files);
    const { repository, lines } = await open(`models:/${name}@champion`);
    await ready(repository);
    expect(await infer(repository, name, 1, 2)).toEqual({ version: '1', y: [4] });
    expect(said(lines, 'a version is refused')).toEqual([]);
  });

  test.each([
    ['by name', '{"inputs": {"a": [[1.5]], "b": [[2]], "city": [["Oslo"]]}}'],
    ['by column', '{"dataframe_split": {"columns": ["a", "b", "city"], "data": [[1.5, 2, "Oslo"]]}}'],
  ])('with several inputs, %s', async (_, example) => {
    const files = { ...two, MLmodel: `${two.MLmodel}saved_input_example_info:\n  artifact_path: example.json\n` };
    const expected = {
      outputs: [
        { name: 'where', datatype: 'BYTES', shape: [1, 1], data: ['Oslo'] },
        { name: 'price', datatype: 'FP64', shape: [1, 1], data: [[5]] },
      ],
    };
    const name = await newModel({
      ...files,
      'example.json': example,
      'expected_outputs.json': JSON.stringify(expected),
    });
    const { repository } = await open(`models:/${name}@champion`);
    await ready(repository);
    const lease = repository.acquire(name);
    expect(lease.model.session.inputs.map((input) => input.name)).toEqual(['a', 'b', 'city']);
    lease.release();
  });

  test('with halves, booleans and whole numbers that it must give exactly', async () => {
    const example = { inputs: { h: [0.5, -2], n: [1, -9007199254740991], f: [true, false] } };
    const out = (name: string, datatype: string, data: unknown[]) => ({ name, datatype, shape: [2], data });
    const outputs = [
      out('h_out', 'FP16', [0.5, -2]),
      out('n_out', 'INT64', [1, -9007199254740991]),
      out('f_out', 'BOOL', [true, false]),
    ];
    const name = await newModel({
      'model.onnx': onnx('echo'),
      'input_example.json': JSON.stringify(example),
      'expected_outputs.json': JSON.stringify({ outputs }),
    });
    const { repository } = await open(`models:/${name}@champion`);
    await ready(repository);
  });

  test('without an example: warmed on zeros, or not at all, and that is said', async () => {
    const zeros = await open(`models:/${await newModel({ 'model.onnx': onnx('plus-one') })}@champion`);
    await ready(zeros.repository);
    expect(said(zeros.lines, 'the version has no input example: it was warmed on zeros')).toHaveLength(1);
    const lookup = await open(`models:/${await newModel({ 'model.onnx': onnx('lookup') })}@champion`);
    await ready(lookup.repository);
    expect(said(lookup.lines, 'the version has no input example, and zeros are none')).toHaveLength(1);
  });
});
