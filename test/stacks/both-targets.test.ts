import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { preset, synthesized } from '../harness/synth';
import { targets } from '../harness/targets';

// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
type Any = any;

/** One suite for every target: a construct does not know on which it is. */
describe.each(targets)('%s', (_, target) => {
  const serving: Preset['serving'] = {
    mode: 'on',
    endpoints: { delay: { model: 'models:/delay@champion', need: { memory: '1 GiB' } } },
  };
  const build = (changes: Partial<Preset> = {}) =>
    synthesized((app) => {
      const { training, stack } = new Platform(app, { ...preset, serving, ...changes, target } as Preset);
      training?.addJob('train', { image: 'train:1', uses: { data: stack.objectStore.readWrite('data') } });
    });
  const platform = build();
  const resources: Any = platform.resources('acme-platform');
  const only = (type: string, name: string): Any => {
    const found = Object.values<Any>(resources[type] ?? {}).filter(({ metadata }) => metadata.name === name);
    expect(found).toHaveLength(1);
    return found[0];
  };
  const pods: [string, Any][] = [
    ...Object.values<Any>(resources.kubernetes_deployment_v1).map(({ metadata, spec }): [string, Any] => [
      metadata.name,
      spec.template,
    ]),
    ...Object.values<Any>(resources.kubernetes_cron_job_v1).map(({ metadata, spec }): [string, Any] => [
      metadata.name,
      spec.job_template.spec.template,
    ]),
  ];

  test('every pod is restricted, limited, and takes its secrets from Secrets', () => {
    expect(pods.map(([name]) => name)).toEqual(expect.arrayContaining(['registry', 'train']));
    for (const [, { spec }] of pods) {
      expect(spec).toMatchObject({
        automount_service_account_token: false,
        security_context: { run_as_non_root: true, seccomp_profile: { type: 'RuntimeDefault' } },
      });
      for (const container of spec.container) {
        expect(container.security_context).toMatchObject({
          allow_privilege_escalation: false,
          capabilities: { drop: ['ALL'] },
        });
        expect(Object.keys(container.resources.limits)).toEqual(expect.arrayContaining(['memory']));
        for (const { name, value } of container.env ?? []) {
          if (/PASSWORD|SECRET|TOKEN|KEY/.test(name) && !name.endsWith('_FILE')) expect(value).toBeUndefined();
        }
      }
    }
  });

  test('the registry reaches its database and its bucket, and nothing is let in or out that nobody asked for', () => {
    const { spec } = only('kubernetes_deployment_v1', 'registry').spec.template;
    const names = spec.container[0].env.map(({ name }: Any) => name);
    expect(names).toEqual(
      expect.arrayContaining(['DATABASE_HOST', 'DATABASE_PASSWORD_FILE', 'ARTIFACTS_BUCKET', 'ARTIFACTS_REGION']),
    );
    const { spec: policy } = only('kubernetes_network_policy_v1', 'registry');
    expect(policy.policy_types).toEqual(['Ingress', 'Egress']);
    for (const rule of policy.egress) expect(rule.ports).not.toHaveLength(0);
    for (const rule of policy.ingress) expect(rule.from).not.toHaveLength(0);
  });

  test('each pod has a policy of its own', () => {
    const selectors = Object.values<Any>(resources.kubernetes_network_policy_v1).map(
      ({ spec }) => spec.pod_selector.match_labels,
    );
    for (const [, { metadata }] of pods)
      expect(
        selectors.filter((labels) => Object.entries(labels).every(([key, value]) => metadata.labels[key] === value)),
      ).not.toHaveLength(0);
  });

  test('each policy says whose it is', () => {
    const stacks = [...new Set(platform.addresses.map((address) => address.split(':')[0] ?? ''))];
    const policies = stacks.flatMap((stack) =>
      Object.values<Any>(platform.resources(stack).kubernetes_network_policy_v1 ?? {}),
    );
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(['default-deny', 'registry']));
    for (const { metadata } of policies)
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/name': metadata.name,
        'app.kubernetes.io/part-of': 'acme',
        'app.kubernetes.io/managed-by': 'mlops-constructs',
      });
  });

  test('a job reaches the bucket below its prefix, and waits in the queue', () => {
    const { spec } = only('kubernetes_cron_job_v1', 'train');
    const [container] = spec.job_template.spec.template.spec.container;
    const env = Object.fromEntries(container.env.map(({ name, value }: Any) => [name, value]));
    expect(env).toMatchObject({ DATA_PREFIX: 'data', MLFLOW_TRACKING_URI: 'http://registry.acme.svc:5000' });
    expect(spec.suspend).toBe(true);
    expect(spec.job_template.metadata.labels['kueue.x-k8s.io/queue-name']).toBe('training');
  });

  test('addresses of the workloads are the same on every target, but for ways to be let in', () => {
    const own = platform.addresses.filter(
      (address) => address.startsWith('acme-platform: kubernetes_') && !/network_policy|service_account/.test(address),
    );
    expect(own).toEqual(workloads);
  });

  test('dataProtection off takes every prevent_destroy away', () => {
    const guarded = ({ outdir }: typeof platform) => {
      const { stacks } = JSON.parse(readFileSync(join(outdir, 'review.json'), 'utf8'));
      const read = (stack: string) => readFileSync(join(outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8');
      return stacks.filter((stack: string) => /"prevent_destroy":\s*true/.test(read(stack)));
    };
    expect(guarded(platform)).not.toEqual([]);
    expect(guarded(build({ dataProtection: 'off' }))).toEqual([]);
  });

  test('removing the registry keeps what holds its data', () => {
    const without = build({ registry: { mode: 'off' }, serving: { mode: 'off' } });
    const held = (from: typeof platform) =>
      from.addresses.filter((address) =>
        /: (aws_s3_bucket|kubernetes_namespace_v1)\.|Postgres_Server|ObjectStore_Chart/.test(address),
      );
    expect(held(without)).toEqual(held(platform));
  });
});

const workloads = synthesized((app) => {
  const { training } = new Platform(app, {
    ...preset,
    serving: { mode: 'on', endpoints: { delay: { model: 'models:/delay@champion', need: { memory: '1 GiB' } } } },
  });
  training?.addJob('train', { image: 'train:1' });
}).addresses.filter(
  (address) => address.startsWith('acme-platform: kubernetes_') && !/network_policy|service_account/.test(address),
);
