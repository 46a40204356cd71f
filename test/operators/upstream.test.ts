import { existsSync } from 'node:fs';
import { certManager, gpuOperator, kueue } from '../../lib/operators/index';
import { otherImages, unlistedImages } from './chart-images';
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

test_('every image that a chart starts is listed, by the name and tag that the chart has for it', () => {
  expect([...new Set(specs.flatMap(unlistedImages))]).toEqual([]);
  expect([...new Set(specs.flatMap(otherImages))]).toEqual([]);
});

test_('planted: an image that is turned on, one that nobody listed, another tag', () => {
  expect(unlistedImages(kueue({ values: { enableKueueViz: true } }))).toEqual([
    "chart 'kueue' starts the image at 'kueueViz.backend.image'",
    "chart 'kueue' starts the image at 'kueueViz.frontend.image'",
  ]);
  expect(unlistedImages({ ...kueue(), images: [] })).toEqual([
    "chart 'kueue' starts the image at 'controllerManager.manager.image'",
  ]);
  const plugin = gpuOperator({ values: { devicePlugin: { version: 'v0.21.0' } } });
  expect(otherImages(plugin)).toEqual([
    "chart 'gpu-operator' starts nvcr.io/nvidia/k8s-device-plugin:v0.21.0 at 'devicePlugin.repository', listed is nvcr.io/nvidia/k8s-device-plugin:v0.20.0",
  ]);
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
