import type { Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { preset, synthesized } from '../harness/synth';
import { targets, variants } from '../harness/targets';

// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
export type Manifest = any;

/** Custom resources that a platform writes, on every target, with every variant of a preset. */
export function renderedManifests(): { readonly combinations: number; readonly manifests: readonly Manifest[] } {
  const combinations = targets.flatMap(([, target]) => variants.map(([, changes]) => ({ ...changes, target })));
  const manifests = combinations.flatMap((changes) => {
    const { resources, addresses } = synthesized((app) => {
      const platform = new Platform(app, { ...preset, ...changes } as Preset);
      platform.training?.addJob('train', { image: 'train:1' });
    });
    const stacks = [...new Set(addresses.map((address) => address.split(':')[0] ?? ''))];
    return stacks.flatMap((stack) =>
      Object.values(resources(stack).helm_release ?? {}).flatMap(({ values }) => {
        const [text = ''] = values as string[];
        return text.startsWith('{') ? (JSON.parse(text).manifests ?? []) : [];
      }),
    );
  });
  return {
    combinations: combinations.length,
    manifests: [...new Map(manifests.map((one) => [JSON.stringify(one), one])).values()],
  };
}
