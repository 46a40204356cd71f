import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../harness/processes';
import { plus, setAlias } from './support/logged-models';
import {
  cacheFolder,
  newModel,
  open,
  proxy,
  ready,
  registry,
  said,
  servingVersion,
  useRegistry,
} from './support/watched-models';

useRegistry();

describe('the cache', () => {
  const folder = () => join(cacheFolder, readdirSync(cacheFolder)[0] ?? '');
  const versionsOnDisk = () =>
    readdirSync(folder())
      .filter((entry) => entry !== 'serving.json')
      .map((entry) => entry.split('-')[0])
      .sort();
  const onDisk = (version: string, file: string) =>
    join(folder(), readdirSync(folder()).find((entry) => entry.startsWith(`${version}-`)) ?? '', 'files', file);

  test('keeps the version that serves and the one before it, and nothing else', async () => {
    const name = await newModel(plus('one'), plus('two'), plus('one'), plus('two'));
    const { repository } = await open(`models:/${name}@champion`, { watchSeconds: 3600 });
    await ready(repository);
    for (const version of ['2', '3', '4']) {
      await setAlias(registry, name, 'champion', version);
      await repository.load(name);
    }
    await eventually(async () => expect(versionsOnDisk()).toEqual(['3', '4']));
    // An alias that is moved back needs no file of the registry.
    const before = proxy.seen.length;
    await setAlias(registry, name, 'champion', '3');
    await repository.load(name);
    expect(servingVersion(repository)).toBe('3');
    expect(proxy.seen.slice(before).filter((path) => path.includes('mlflow-artifacts'))).toEqual([]);
  });

  test.each([
    ['changed', (file: string) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')]))],
    ['torn', (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 20))],
    ['gone', (file: string) => rmSync(file)],
  ])('finds a file that is %s, and fetches the version again', async (_, harm) => {
    const name = await newModel(plus('one'));
    const first = await open(`models:/${name}@champion`);
    await ready(first.repository);
    await first.repository.close();
    const whole = readFileSync(onDisk('1', 'model.onnx'));
    harm(onDisk('1', 'model.onnx'));
    const second = await open(`models:/${name}@champion`);
    await ready(second.repository);
    expect(said(second.lines, 'files on disk were torn or changed: the version is fetched again')).toHaveLength(1);
    expect(readFileSync(onDisk('1', 'model.onnx')).equals(whole)).toBe(true);
  });

  test('removes what a killed process left half fetched', async () => {
    const name = await newModel(plus('one'));
    const first = await open(`models:/${name}@champion`);
    await ready(first.repository);
    await first.repository.close();
    const left = join(folder(), `incoming-${process.pid}-x`);
    writeFileSync(left, 'half');
    const second = await open(`models:/${name}@champion`);
    await ready(second.repository);
    expect(readdirSync(folder())).not.toContain(`incoming-${process.pid}-x`);
  });

  test('fetches a file again that came shorter than it is', async () => {
    const name = await newModel(plus('one'));
    let cuts = 0;
    proxy.tamper = (request, chunk, response) => {
      if (!request.url?.endsWith('/model.onnx') || cuts++ > 0) return chunk;
      response.end(chunk.subarray(0, 30));
      return Buffer.alloc(0);
    };
    const { repository, lines } = await open(`models:/${name}@champion`);
    await ready(repository);
    expect(said(lines, 'a version could not be fetched, none serves')).toMatchObject([
      {
        reason: expect.stringMatching(
          /^(file 'model.onnx' came with 30 bytes instead of 155; it is fetched again|the registry .* does not answer: )/,
        ),
      },
    ]);
  });

  test('that cannot be written keeps the process from starting', async () => {
    const file = join(cacheFolder, 'file');
    writeFileSync(file, '');
    await expect(open('models:/x@champion', { cacheFolder: file })).rejects.toThrow(
      /^the cache of models cannot be used, got ENOTDIR: .*; set CACHE_DIR to a folder that may be written$/,
    );
  });
});
