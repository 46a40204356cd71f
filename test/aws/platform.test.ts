import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import {
  example,
  newFolder,
  preset,
  problemsOf,
  readSynthesized,
  type Synthesized,
  synthesized,
} from '../harness/synth';
import { awsTarget } from '../harness/targets';

const base: Preset = { ...preset, operators: { ...preset.operators, kueue: { mode: 'install' } }, target: awsTarget };
const stacks = ['bootstrap', 'foundation', 'operators', 'data', 'platform'].map((name) => `acme-${name}`);

const platform = synthesized((app) => new Platform(app, base));
const resourcesOf = (from: Synthesized) =>
  new Map<string, { readonly type: string; readonly attributes: Record<string, unknown> }>(
    stacks.flatMap((stack) =>
      Object.entries(from.resources(stack)).flatMap(([type, byName]) =>
        Object.entries(byName).map(
          ([name, attributes]) => [`${stack}: ${type}.${name}`, { type, attributes }] as const,
        ),
      ),
    ),
  );

test('the addresses of the example are what they were: a changed address is a destroyed resource', () => {
  const snapshot = readFileSync(join(__dirname, '../addresses/reasonable-aws.txt'), 'utf8');
  expect(`${readSynthesized(example('reasonable-aws')).addresses.join('\n')}\n`).toBe(snapshot);
});

test.each(stacks)('%s reads no other state, and has no token of another stack', (stack) => {
  const text = readFileSync(join(platform.outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8');
  expect(text).not.toContain('terraform_remote_state');
  expect(text).not.toContain('cross-stack-');
  expect(text).not.toContain('TfToken[');
});

/** Destroying one of these destroys what somebody keeps in it, or what it is encrypted with. */
const dataTypes = ['aws_s3_bucket', 'aws_db_instance', 'aws_kms_key'];
/** Namespaces hold Secrets; those of the operators hold nothing. */
const ownNamespaces = ['Namespace', 'JobsNamespace'];

test.each(['on', 'off'] as const)('what holds data is protected: dataProtection %s', (dataProtection) => {
  const made =
    dataProtection === 'on' ? platform : synthesized((app) => new Platform(app, { ...base, dataProtection }));
  const found = [...resourcesOf(made)].filter(
    ([address, { type }]) =>
      dataTypes.includes(type) ||
      (type === 'kubernetes_namespace_v1' && ownNamespaces.some((id) => address.includes(`_v1.${id}_`))),
  );
  expect(found.length).toBeGreaterThan(10);
  for (const [address, { attributes }] of found) {
    const { lifecycle } = attributes as { lifecycle?: { prevent_destroy?: boolean } };
    expect([address, lifecycle?.prevent_destroy ?? false]).toEqual([address, dataProtection === 'on']);
  }
});

test('what is wrong is said at once, and nothing is written', () => {
  const target = {
    ...awsTarget,
    region: 'eu-west-9',
    apiAccess: { publicFrom: ['0.0.0.0/0'] },
    network: { zones: ['a'] },
  } as unknown;
  const problems = problemsOf((app) => new Platform(app, { ...base, target: target as Preset['target'] }));
  expect(problems.join('\n')).toMatch(/eu-west-9/);
  expect(problems.join('\n')).toMatch(/apiAccess.publicFrom opens the API server to the internet, got '0.0.0.0\/0'/);
  expect(problems.length).toBeGreaterThan(2);
});

test('a package of a provider that is not installed is named', () => {
  const absent = () => {
    throw Object.assign(new Error("Cannot find module '@cdktf/provider-aws/lib/route'\nRequire stack: …"), {
      code: 'MODULE_NOT_FOUND',
    });
  };
  let message = '';
  jest.isolateModules(() => {
    jest.doMock('@cdktf/provider-aws/lib/route', absent);
    const { PlatformApp } = require('../../lib/index') as typeof import('../../lib/index');
    const stacks = require('../../stacks/index') as typeof import('../../stacks/index');
    try {
      new stacks.Platform(new PlatformApp({ outdir: newFolder() }), base);
    } catch (error) {
      message = String(error);
    }
  });
  expect(message).toContain(
    "target 'aws' needs a package that is not installed, got no @cdktf/provider-aws; run 'npm i @cdktf/provider-aws'",
  );
});
