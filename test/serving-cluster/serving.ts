import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { EndpointProps, PlatformApp, Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { preset, type Synthesized, synthesized } from '../harness/synth';

// biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
export type Json = any;
export type Serving = NonNullable<Preset['serving']>;
export type Endpoint = NonNullable<Serving['endpoints']>[string];

export const champion = 'models:/flight-delay@champion';
export const challenger = 'models:/flight-delay@challenger';
export const delay: Endpoint & EndpointProps = { model: champion, need: { memory: '2 GiB' } };
const gateway = {
  mode: 'existing',
  name: 'public',
  namespace: 'gateways',
  podNamespace: 'envoy-gateway-system',
} as const;
const prometheus = { mode: 'existing', namespace: 'monitoring', labels: { release: 'prometheus' } } as const;

export const withServing = (serving: Omit<Serving, 'mode'>, changes: Partial<Preset> = {}): Preset => ({
  ...preset,
  operators: { kueue: { mode: 'off' }, gateway, prometheus },
  serving: { mode: 'on', ...serving },
  ...changes,
});
export const made = (serving: Omit<Serving, 'mode'>, changes?: Partial<Preset>, more?: (platform: Platform) => void) =>
  synthesized((app: PlatformApp) => {
    const platform = new Platform(app, withServing(serving, changes));
    more?.(platform);
  });

/** The resources of serving in the stack of the workloads, by type and construct path, without notes of cdktf. */
export function ofServing(from: Synthesized): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(from.resources('acme-platform')).flatMap(([type, byName]) =>
      Object.entries(byName)
        .filter(([name]) => name.startsWith('Serving_'))
        .map(([name, { '//': _, ...resource }]) => [`${type}.${name.replace(/_[0-9A-F]{8}$/, '')}`, resource]),
    ),
  );
}
export const manifestsOf = (from: Synthesized, endpoint = 'delay'): Json[] =>
  parse(ofServing(from)[`helm_release.Serving_${endpoint}_Manifests`].values[0]).manifests;
export const containerOf = (from: Synthesized, track: 'Champion' | 'Canary', endpoint = 'delay'): Json =>
  ofServing(from)[`kubernetes_deployment_v1.Serving_${endpoint}_${track}`].spec.template.spec.container[0];
export const notesOf = ({ outdir }: Synthesized): string[] =>
  JSON.parse(readFileSync(join(outdir, 'review.json'), 'utf8')).notes.map(({ text }: { text: string }) => text);
export const variables = ({ env }: Json): Record<string, string> =>
  Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]));

export const canaryOf = (weight: number): Endpoint => ({
  ...delay,
  modelName: 'delay',
  canary: { model: challenger, weight },
  hostname: 'delay.example.com',
  grpcHostname: 'delay-grpc.example.com',
});
