import { existsSync } from 'node:fs';
import { certManager, kueue } from '../../lib/operators/index';
import { plain, specs, upstream } from './operators';
import { published, schemaProblems, unknownImageValues, unknownKeys } from './values';

const without = existsSync(upstream) ? undefined : 'no ../shared/upstream beside the repository: charts are unknown';
const test_ = without ? test.skip : test;
if (without) process.stderr.write(`skipped: ${without}\n`);

test_('every version and repository is the published one', () => {
  for (const { chart } of plain) {
    const { name, version, repository } = chart;
    expect({ name, ...published(name) }).toMatchObject({ name, version, repository });
  }
});

test_('every key that we set exists in the chart', () => {
  expect(specs.flatMap(({ chart }) => unknownKeys(chart.name, chart.values))).toEqual([]);
});

test_('every value of an image exists in the chart', () => {
  expect(specs.flatMap(unknownImageValues)).toEqual([]);
});

test_("values pass the chart's schema where it has one", () => {
  expect(specs.flatMap(({ chart }) => schemaProblems(chart.name, chart.values))).toEqual([]);
});

test_('planted: a wrong key, a wrong key deep down, a wrong type', () => {
  const wrong = kueue({ values: { controllerManagr: {}, controllerManager: { manager: { resource: {} } } } }).chart;
  expect(unknownKeys(wrong.name, wrong.values)).toEqual([
    "chart 'kueue' has no value 'controllerManager.manager.resource'",
    "chart 'kueue' has no value 'controllerManagr'",
  ]);
  const { chart, images } = certManager({ values: { crds: { enabled: 'yes' } } });
  expect(schemaProblems(chart.name, chart.values)).toEqual([
    'chart \'cert-manager\' at /crds/enabled: must be boolean {"type":"boolean"}',
  ]);
  const moved = images.map((image) => ({ ...image, values: ['controller.image.repository'] }));
  expect(unknownImageValues({ ...certManager(), images: moved })[0]).toBe(
    "chart 'cert-manager' has no value 'controller'",
  );
});
