import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { example, readSynthesized } from '../harness/synth';

const folder = join(__dirname, '../../examples/flight-delay');
const { addresses, resources } = readSynthesized(example('flight-delay'));
// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
const all = (type: string): any[] => Object.values(resources('flights-platform')[type] ?? {});
type Variable = { readonly name: string; readonly value: string };
const environment = (container: { readonly env: readonly Variable[] }) =>
  Object.fromEntries(container.env.map(({ name, value }) => [name, value]));

test('the addresses of the example are what they were: a changed address is a destroyed resource', () => {
  const snapshot = readFileSync(join(__dirname, '../addresses/flight-delay.txt'), 'utf8');
  expect(`${addresses.join('\n')}\n`).toBe(snapshot);
});

test('training runs on request, retraining every week without touching what is served', () => {
  const jobs = all('kubernetes_cron_job_v1').map(({ metadata, spec }) => ({
    name: metadata.name,
    suspended: spec.suspend,
    env: environment(spec.job_template.spec.template.spec.container[0]),
  }));
  const registry = { MLFLOW_TRACKING_URI: 'http://registry.flights.svc:5000' };
  expect(jobs).toEqual([
    { name: 'retrain-flight-delay', suspended: false, env: { ...registry, MODEL_ALIAS: 'challenger' } },
    { name: 'train-flight-delay', suspended: true, env: registry },
  ]);
});

test('the endpoint watches the alias that the trainer sets, in the registry that the trainer logs to', () => {
  const [server] = all('kubernetes_deployment_v1').filter(({ metadata }) => metadata.name === 'serving-flight-delay');
  expect(environment(server.spec.template.spec.container[0])).toMatchObject({
    MODEL_URI: 'models:/flight-delay@champion',
    MLFLOW_TRACKING_URI: 'http://registry.flights.svc:5000',
  });
  const settings = readFileSync(join(folder, 'trainer/settings.py'), 'utf8');
  expect(settings).toContain('value("MODEL_NAME", "flight-delay")');
  expect(settings).toContain('value("MODEL_ALIAS", "champion")');
});

test('trainer and model server run one version of onnxruntime: predictions are compared bit for bit', () => {
  const requirements = readFileSync(join(folder, 'trainer/requirements.txt'), 'utf8');
  const installed = readFileSync(join(__dirname, '../../node_modules/onnxruntime-node/package.json'), 'utf8');
  expect(/^onnxruntime==(.+)$/m.exec(requirements)?.[1]).toBe(JSON.parse(installed).version);
});
