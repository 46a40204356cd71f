import { fromRegistry } from '../../lib/operators/index';
import type { Preset } from '../../lib/presets/schema';
import { Platform } from '../../stacks/index';
import { preset, synthesized } from '../harness/synth';
import { targets, variants } from '../harness/targets';
import { specs } from './operators';

const mirror = 'registry.example.com/mirror';

test('a registry of copies: every image below it, by whatever value its chart has for it', () => {
  const mirror = 'registry.example.com/mirror';
  for (const operator of specs) {
    const copied = fromRegistry(operator, mirror);
    expect(copied.images.map(({ image }) => image)).toEqual(operator.images.map(({ image }) => `${mirror}/${image}`));
    for (const { values, image, takes } of operator.images) {
      const [, host = ''] = /^([^/]+)\//.exec(image) ?? [];
      for (const path of values) {
        const value = path
          .split('.')
          .reduce((below: Record<string, unknown>, key) => below[key] as never, copied.chart.values);
        expect(value).toBe(
          {
            reference: `${mirror}/${image}`,
            repository: `${mirror}/${image.replace(/:[^:]*$/, '')}`,
            registry: `${mirror}/${image.slice(0, image.lastIndexOf('/'))}`,
            host: `${mirror}/${host}`,
          }[takes],
        );
      }
    }
  }
});

/** Hosts of the images that are listed. */
const hosts = new Set(specs.flatMap(({ images }) => images.map(({ image }) => image.slice(0, image.indexOf('/')))));
const elsewhere = (text: string) => hosts.has(text.split('/')[0] ?? '');

/** Every text below a value, also in JSON that is text itself. */
function texts(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(texts);
  if (typeof value !== 'string') return [];
  return /^\s*[[{]/.test(value) ? texts(JSON.parse(value)) : [value];
}

/** What controllers start pods from: an image of their own stands where nothing is said. */
const imageOf: Readonly<Record<string, (spec: never) => unknown>> = {
  Cluster: ({ imageName }: { imageName?: string }) => imageName,
  EnvoyProxy: ({ provider }: { provider: { kubernetes: { envoyDeployment: { container: { image?: string } } } } }) =>
    provider.kubernetes.envoyDeployment.container.image,
};

test.each(
  targets.map(([name, { kind }]) => [name, kind] as const).filter(([, kind], at) => kind === 'aws' || at === 2),
)('%s: no image and no value of a chart escapes the registry of copies', (name) => {
  const target = targets.find(([one]) => one === name)?.[1] as Preset['target'];
  const operators = target.kind === 'aws' ? {} : { gpuOperator: { mode: 'install', driver: 'operator' } };
  const everything = {
    ...preset,
    ...variants[2]?.[1],
    images: { repository: 'registry.example.com/acme', tag: '1.0.0' },
    target: {
      ...target,
      imageRegistry: mirror,
      ...('operators' in target ? { operators: { ...target.operators, ...operators } } : {}),
    },
  } as Preset;
  const { resources, addresses } = synthesized((app) => void new Platform(app, everything));
  const stacks = [...new Set(addresses.map((address) => address.split(':')[0] ?? ''))];
  expect(stacks.flatMap((stack) => texts(resources(stack))).filter(elsewhere)).toEqual([]);
  const written = stacks.flatMap((stack) =>
    Object.values(resources(stack).helm_release ?? {}).flatMap(({ values }) => {
      const [text = ''] = values as string[];
      return text.startsWith('{') ? (JSON.parse(text).manifests ?? []) : [];
    }),
  );
  const started = written.filter(({ kind }) => kind in imageOf);
  expect(started.map(({ kind }) => kind)).toContain('EnvoyProxy');
  for (const { kind, spec } of started)
    expect([kind, imageOf[kind]?.(spec as never)]).toEqual([kind, expect.stringMatching(`^${mirror}/`)]);
});
