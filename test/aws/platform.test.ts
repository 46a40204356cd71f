import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { newFolder, preset, problemsOf, readSynthesized, type Synthesized, synthesized } from '../harness/synth';

const aws = {
  kind: 'aws',
  region: 'eu-west-1',
  account: '111122223333',
  apiAccess: { publicFrom: ['203.0.113.0/24'] },
  admins: ['arn:aws:iam::111122223333:role/platform-engineers'],
  postgres: { sslMode: 'require' },
} satisfies Preset['target'];
const base: Preset = { ...preset, operators: { ...preset.operators, kueue: { mode: 'install' } }, target: aws };
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
  const outdir = newFolder();
  process.env.CDKTF_OUTDIR = outdir;
  try {
    jest.isolateModules(() => require('../../examples/reasonable-aws/main'));
  } finally {
    delete process.env.CDKTF_OUTDIR;
  }
  const snapshot = readFileSync(join(__dirname, '../addresses/reasonable-aws.txt'), 'utf8');
  expect(`${readSynthesized(outdir).addresses.join('\n')}\n`).toBe(snapshot);
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
  const found = [...resourcesOf(synthesized((app) => new Platform(app, { ...base, dataProtection })))].filter(
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

describe('growth', () => {
  const grown = synthesized(
    (app) =>
      new Platform(app, {
        ...base,
        target: {
          ...aws,
          network: { zones: ['a', 'b', 'c'], nat: 'per-zone' },
          postgres: {
            sslMode: 'require',
            instanceClass: 'db.m7g.large',
            multiAz: true,
            backupDays: 30,
            storage: '200 GiB',
          },
          pools: {
            system: {
              instanceTypes: ['m7i.xlarge'],
              min: 2,
              max: 4,
              purposes: ['services', 'processing', 'training', 'serving'],
            },
            training: { accelerator: 'L40S', min: 0, max: 2, purposes: ['training'] },
            serving: { accelerator: 'L4', min: 0, max: 2, purposes: ['serving'] },
            processing: { instanceTypes: ['m7a.2xlarge'], min: 0, max: 10, purposes: ['processing'], spot: true },
          },
        },
      }),
  );
  const before = resourcesOf(platform);
  const after = resourcesOf(grown);

  test('removes no address', () => {
    expect([...before.keys()].filter((address) => !after.has(address))).toEqual([]);
    expect(after.size).toBeGreaterThan(before.size);
  });

  /** Attributes whose change replaces the resource, by the provider's documentation. */
  const replacing: Readonly<Record<string, readonly string[]>> = {
    aws_s3_bucket: ['bucket'],
    aws_db_instance: ['identifier', 'engine', 'kms_key_id', 'storage_encrypted', 'username', 'db_subnet_group_name'],
    aws_kms_key: ['customer_master_key_spec', 'key_usage', 'multi_region'],
    aws_vpc: ['cidr_block'],
    aws_subnet: ['cidr_block', 'availability_zone', 'vpc_id'],
    aws_nat_gateway: ['subnet_id', 'allocation_id'],
    aws_eip: ['domain'],
    aws_eks_cluster: ['name', 'role_arn', 'kubernetes_network_config'],
    aws_eks_node_group: [
      'node_group_name_prefix',
      'subnet_ids',
      'instance_types',
      'ami_type',
      'capacity_type',
      'node_role_arn',
    ],
    kubernetes_namespace_v1: ['metadata'],
    kubernetes_secret_v1: ['type'],
  };

  test('changes no attribute that replaces something', () => {
    const changed = [...before].flatMap(([address, { type, attributes }]) =>
      (replacing[type] ?? [])
        .filter((key) => JSON.stringify(attributes[key]) !== JSON.stringify(after.get(address)?.attributes[key]))
        .map((key) => `${address}.${key}`),
    );
    expect(changed).toEqual([]);
  });

  test('is found to replace something where it does', () => {
    const other = resourcesOf(
      synthesized((app) => new Platform(app, { ...base, target: { ...aws, network: { cidr: '10.64.0.0/16' } } })),
    );
    const vpc = [...before].find(([, { type }]) => type === 'aws_vpc');
    expect(other.get(vpc?.[0] as string)?.attributes.cidr_block).not.toEqual(vpc?.[1].attributes.cidr_block);
  });
});

test('what is wrong is said at once, and nothing is written', () => {
  const target = {
    ...aws,
    region: 'eu-west-9',
    apiAccess: { publicFrom: ['0.0.0.0/0'] },
    network: { zones: ['a'] },
  } as unknown;
  const problems = problemsOf((app) => new Platform(app, { ...base, target: target as Preset['target'] }));
  expect(problems.join('\n')).toMatch(/eu-west-9/);
  expect(problems.join('\n')).toMatch(/apiAccess.publicFrom opens the API server to the internet, got '0.0.0.0\/0'/);
  expect(problems.length).toBeGreaterThan(2);
});
