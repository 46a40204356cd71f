import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import type { ApiAccess } from '../../lib/aws/eks/api-access';
import { EksCluster } from '../../lib/aws/eks/cluster';
import type { LogDays } from '../../lib/aws/log-days';
import { FlowLogs } from '../../lib/aws/network/flow-logs';
import type { NodePool } from '../../lib/aws/nodes/pool';
import type { RdsInstanceClass } from '../../lib/aws/rds/instance-class';
import { RdsPostgres, type RdsPostgresProps } from '../../lib/aws/rds/postgres';
import type { Region, ZoneLetter } from '../../lib/aws/regions';
import { S3Bucket } from '../../lib/aws/s3/bucket';
import type { StorageClass } from '../../lib/aws/s3/lifecycle';
import { type AwsTargetSpec, basePools } from '../../lib/aws/target-spec';
import {
  type JobProps,
  PlatformApp,
  type PlatformError,
  type Preset,
  readPreset,
  type TrainingCluster,
} from '../../lib/index';
import { Platform } from '../../stacks/index';
import { newFolder, preset, problemsOf, synthesized } from '../harness/synth';
import { awsTarget } from '../harness/targets';

// which versions are supported depends on the day
beforeAll(() => jest.useFakeTimers({ now: new Date('2026-11-22T12:00:00Z'), doNotFake: ['nextTick', 'setImmediate'] }));
afterAll(() => jest.useRealTimers());

const base: Preset = {
  ...preset,
  operators: {
    ...preset.operators,
    kueue: { mode: 'install' },
    gateway: { mode: 'install', access: { publicFrom: ['203.0.113.0/24'] } },
  },
  registry: { ...preset.registry, hostname: 'registry.ml.example.com' },
  target: awsTarget,
};
const system = { instanceTypes: ['m7i.xlarge'], min: 2, max: 4, purposes: ['services'] };
const jobs = { purposes: ['training'], min: 0, max: 1 };

/** Through a file, as for somebody who writes JSON: no compiler has seen it. */
function fromJson(changes: object): Preset {
  const file = join(newFolder(), '..', 'platform.json');
  writeFileSync(file, JSON.stringify({ ...base, ...changes }));
  return readPreset(file);
}

/** Every problem of a platform; also makes sure that nothing was written. */
const problems = (target: object, addTo: (training: TrainingCluster) => void = () => {}) =>
  problemsOf((app) => {
    const { training } = new Platform(app, fromJson({ target: { ...awsTarget, ...target } }));
    addTo(training as TrainingCluster);
  });

test('everything that is wrong with a platform on AWS: one error, all at once, and nothing is written', () => {
  expect(
    problems(
      {
        region: 'eu-west-9',
        account: 'Acme.Corp',
        apiAccess: { publicFrom: ['0.0.0.0/0', '10.1.0.0/16', 'office'] },
        admins: ['platform-engineers'],
        kubernetesVersion: '1.33',
        network: {
          cidr: '10.0.0.0/20',
          serviceCidr: '10.0.0.0/10',
          otherNetworks: ['10.0.8.0/24', '192.168.0.0/16'],
          zones: ['a'],
        },
        postgres: {
          sslMode: 'require',
          instanceClass: 'db.m7i.huge',
          multiAz: true,
          backupDays: 60,
          storage: '10 GiB',
        },
        budget: { maxMonthlyUsd: 0, subscribers: ['nobody'] },
        pools: {
          system: { ...system, spot: true },
          other: { ...system, instanceTypes: ['m7a.xlarge'], spot: true },
          typo: { ...jobs, instanceTypes: ['m7i.xlrage'] },
          arm: { ...jobs, instanceTypes: ['m7g.large'] },
          fraction: { ...jobs, instanceTypes: ['g6f.large'] },
          a30: { ...jobs, accelerator: 'A30' },
          mig: { ...jobs, accelerator: 'A100 40GB', mig: '3g.20gb', count: 8 },
          profile: { ...jobs, accelerator: 'A100 40GB', mig: '9g.99gb', count: 8, min: 1 },
          sizes: { ...jobs, instanceTypes: ['m7a.large'], min: 2, disk: '10 GiB' },
        },
      },
      (training) => {
        training.addJob('a-job-whose-name-leaves-no-room-for-anything-else-in-a-role', { image: 'x' });
        training.addJob('units', {
          image: 'x',
          resources: { requests: { cpu: '2 cores', memory: '4 GB' }, limits: { cpu: '4', memory: '4Gi' } },
        });
      },
    ),
  ).toEqual([
    "the region is unknown, got 'eu-west-9'; use one of eu-central-1, eu-central-2, eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-2, eu-west-3 (acme/Target)",
    'a network needs two zones, got a; add one to zones: EKS and RDS refuse subnets in fewer than two (acme/Target)',
    'postgres.multiAz has no other zone for its standby, got network.zones a; add a zone, or leave multiAz out (acme/Target)',
    "account cannot be part of the name of an S3 bucket, got 'Acme.Corp'; use lower-case letters, digits and dashes, such as the number of the account (acme/Target)",
    "the address range is too small for four zones, got '10.0.0.0/20' (4096 addresses); use /16, or at least /19 (8192): it cannot be changed later (acme/Target)",
    "the address range overlaps with another network, got '10.0.0.0/20' and '10.0.8.0/24'; choose a range that no other network uses: it cannot be changed later (acme/Target)",
    "EKS takes from /24 to /12 for Services, got '10.0.0.0/10'; leave serviceCidr out, or write it as '172.20.0.0/16' (acme/Target)",
    "pool 'system' cannot run on spot, got spot: true; leave out spot: what starts nodes runs there (acme/Target)",
    "pool 'other' cannot run on spot, got spot: true for 'services'; leave out spot, or 'services': they and what holds data would go with two minutes' notice (acme/Target)",
    "pool 'typo' names an EC2 type that is not in the catalogue, got 'm7i.xlrage'; use m7i.large, m7i.xlarge, m7i.2xlarge, m7i.4xlarge, m7i.8xlarge, m7i.12xlarge, m7i.16xlarge, m7i.24xlarge, m7i.48xlarge, m7i.metal-24xl, m7i.metal-48xl (acme/Target)",
    "pool 'arm' has EC2 types of another architecture than 'amd64', got 'm7g.large' (arm64); take types of amd64, or set arch to the one that its images are built for (acme/Target)",
    "EC2 type 'g6f.large' has only a fraction of an L4, got a GPU count of 0; use 'g6.xlarge', which has a whole one (acme/Target)",
    'AWS has no A30, got at most 8 × H200 (140.4 GiB, sold as 141 GB) on one node; take the nearest, A10G (g5) or L4 (g6), or ask by memory (acme/Target)',
    "pool 'mig' uses MIG and needs at least one node: autoscalers cannot start it from zero, got a minimum of 0; set its minimum to 1, or leave out mig (acme/Target)",
    "pool 'profile' asks for a MIG profile that A100 40GB does not have, got '9g.99gb'; use '1g.5gb', '1g.10gb', '2g.10gb', '3g.20gb', '4g.20gb' or '7g.40gb' (acme/Target)",
    "pool 'sizes' needs whole numbers of nodes, min at most max, max at least 1, got min 2, max 1; correct them, or remove the pool (acme/Target)",
    "pool 'sizes' has a disk on which the image of its nodes does not fit, got '10 GiB'; give at least '20 GiB', and room for images (acme/Target)",
    'budget.maxMonthlyUsd is not an amount, got 0; give USD per month, above 0 (acme-foundation/Budget)',
    "subscriber of the budget is not an e-mail address, got 'nobody'; give one in budget.subscribers (acme-foundation/Budget)",
    "standard support of EKS version 1.33 has ended, got '1.33', supported until 2026-07-29; use '1.34' or '1.35', one minor version at a time (acme-foundation/Cluster)",
    "apiAccess.publicFrom opens the API server to the internet, got '0.0.0.0/0'; name the addresses of your office and your runners, or set apiAccess to 'private' (acme-foundation/Cluster)",
    "apiAccess.publicFrom is private: nobody comes from there over the internet, got '10.1.0.0/16'; name the addresses that your network shows to the internet, or set apiAccess to 'private' (acme-foundation/Cluster)",
    "apiAccess.publicFrom is not an IPv4 CIDR, got 'office'; write it as '203.0.113.0/24' (acme-foundation/Cluster)",
    "an admin of the cluster is not an IAM role, got 'platform-engineers'; write the role's ARN with its path, not that of a session: 'arn:aws:iam::111122223333:role/admin' (acme-foundation/Cluster)",
    "RDS has no such instance class for Postgres, got 'db.m7i.huge'; use 'db.m7i.large', 'db.m7i.xlarge', 'db.m7i.2xlarge', 'db.m7i.4xlarge', 'db.m7i.8xlarge', 'db.m7i.12xlarge', 'db.m7i.16xlarge', 'db.m7i.24xlarge', 'db.m7i.48xlarge' (acme-data/Postgres)",
    'backupDays is a whole number from 1 to 35, got 60; give 7, or 30 for production (acme-data/Postgres)',
    "storage of a database is whole GiB, from 20 to 65536, got 10 GiB; give at least '20 GiB' (acme-data/Postgres)",
    "the job is longer than 40 characters, got 'a-job-whose-name-leaves-no-room-for-anything-else-in-a-role' (59); shorten it by 19 (acme-platform/Training/a-job-whose-name-leaves-no-room-for-anything-else-in-a-role)",
    "requests.cpu is not a Kubernetes quantity, got '2 cores'; write it as '500m' or '2' (acme-platform/Training/units)",
    "requests.memory is not a Kubernetes quantity, got '4 GB'; write it as '512Mi' or '4Gi' (acme-platform/Training/units)",
  ]);
});

test.each<[string, object, string[]]>([
  [
    'the other way round',
    {
      account: 'a'.repeat(60),
      apiAccess: { publicFrom: [] },
      admins: [],
      kubernetesVersion: '1.29',
      network: { cidr: '8.0.0.0/8', serviceCidr: '8.8.8.0/28', zones: ['a', 'a', 'e'] },
      pools: { system: { ...system, min: 0, zones: ['c'] } },
      postgres: {},
    },
    [
      "a zone has no place in the address plan, got 'e'; give the last letter of its name, one of a, b, c, d (acme/Target)",
      'a zone is listed twice, got a, a, e; list each zone once (acme/Target)',
      "the name of an S3 bucket would be longer than 63 characters, got 'acme-features-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' (74); shorten account, or the name of the platform, by 11 (acme/Target)",
      "a VPC cannot be so large, got '8.0.0.0/8'; use a prefix from /16 on (acme/Target)",
      "the address range is not private, got '8.0.0.0/8'; take it from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 (acme/Target)",
      "EKS takes from /24 to /12 for Services, got '8.8.8.0/28'; leave serviceCidr out, or write it as '172.20.0.0/16' (acme/Target)",
      "serviceCidr is not private, got '8.8.8.0/28'; take it from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (acme/Target)",
      "pool 'system' needs a node at all times, got a minimum of 0; set min to 1 or more (acme/Target)",
      "pool 'system' is in zones that the cluster does not have, got c; use a, b (acme/Target)",
      "Kubernetes version is not one of EKS, got '1.29'; use '1.34' or '1.35' (acme-foundation/Cluster)",
      "apiAccess.publicFrom names no addresses, got []; name those of your office and your runners, or set apiAccess to 'private' (acme-foundation/Cluster)",
      "nobody could reach the cluster, got admins: []; name the IAM roles of your admins, and the one that runs Terraform: 'arn:aws:iam::111122223333:role/admin' (acme-foundation/Cluster)",
      'clients cannot check the certificate of RDS, got no caCertificate; give the text of https://truststore.pki.rds.amazonaws.com/eu-west-1/eu-west-1-bundle.pem (acme-data/Postgres)',
      'clients cannot check the certificate of RDS, got no caCertificate; give the text of https://truststore.pki.rds.amazonaws.com/eu-west-1/eu-west-1-bundle.pem (acme-platform/Postgres)',
    ],
  ],
  [
    'ranges that start elsewhere or nowhere, and no system pool',
    { network: { cidr: '10.0.1.0/16', serviceCidr: 'services' }, pools: { cpu: system } },
    [
      "an address range starts before the address given, got '10.0.1.0/16'; write '10.0.0.0/16' (acme/Target)",
      "serviceCidr is not IPv4 in CIDR notation, got 'services'; write it as '172.20.0.0/16' (acme/Target)",
      "pools lack 'system', got cpu; add it: CoreDNS and the autoscalers run there (acme/Target)",
    ],
  ],
  [
    'a network where the Services of Kubernetes are, and a pool of nothing',
    { network: { cidr: '172.20.0.0/16' }, pools: { system: { min: 1, max: 2, purposes: ['services'] } } },
    [
      "network.cidr overlaps with network.serviceCidr, the addresses of Services in Kubernetes, got '172.20.0.0/16' and '172.20.0.0/16'; choose another range for one of them: neither can be changed later (acme/Target)",
      "pool 'system' has no EC2 type, got []; name one in instanceTypes (acme/Target)",
    ],
  ],
])('%s', (_, target, expected) => {
  expect(problems(target)).toEqual(expected);
});

test('what a JSON file cannot say', () => {
  const refused = (target: object) => {
    try {
      fromJson({ target: { ...awsTarget, ...target } });
    } catch (error) {
      return (error as PlatformError).problems.map((text) => text.replace(/^.* is wrong at /, ''));
    }
  };
  expect(
    refused({
      network: { nat: 'two', cdir: '10.0.0.0/16' },
      pools: {
        system: { ...system, arch: 'x86_64', disk: '50Gi', purposes: ['service'] },
        gpu: { ...jobs, memory: '20 GB', count: 1.5 },
        both: { ...jobs, memory: '20 GiB', accelerator: 'L4' },
      },
      postgres: { storage: '100Gi', applyChanges: 'later', sslMode: 'prefer', multiAz: 'yes' },
    }),
  ).toEqual([
    'target.network.nat, got "two"; correct it: Invalid option: expected one of "one"|"per-zone"',
    'target.network, got the keys nat, cdir; correct it: Unrecognized key: "cdir"',
    'target.pools.system.purposes.0, got "service"; correct it: Invalid option: expected one of "services"|"processing"|"training"|"serving"',
    'target.pools.system.arch, got "x86_64"; correct it: Invalid option: expected one of "amd64"|"arm64"',
    `target.pools.system.disk, got "50Gi"; correct it: expected a whole number and its unit, as '50 GiB' or '512 MiB'`,
    `target.pools.gpu.memory, got "20 GB"; correct it: expected a whole number and its unit, as '50 GiB' or '512 MiB'`,
    'target.pools.gpu.count, got 1.5; correct it: Invalid input: expected int, received number',
    'target.pools.both, got the keys purposes, min, max, memory, accelerator; correct it: expected either memory, or an accelerator or instanceTypes',
    'target.postgres.sslMode, got "prefer"; correct it: Invalid option: expected one of "require"|"verify-full"',
    `target.postgres.storage, got "100Gi"; correct it: expected a whole number and its unit, as '50 GiB' or '512 MiB'`,
    'target.postgres.multiAz, got "yes"; correct it: Invalid input: expected boolean, received string',
    'target.postgres.applyChanges, got "later"; correct it: Invalid option: expected one of "window"|"now"',
  ]);
});

test('what only the properties of constructs can say', () => {
  const region = 'eu-west-1';
  expect(
    problemsOf((app) => {
      const stack = new TerraformStack(app, 'stack');
      new AwsProvider(stack, 'Aws', { region });
      new RdsPostgres(stack, 'Postgres', {
        platform: 'acme',
        identifier: '1-acme--pg',
        region,
        vpcId: 'vpc-1',
        subnetIds: ['subnet-a'],
        nodeSecurityGroupId: 'sg-1',
        keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1',
        sslMode: 'require',
        version: '9.6',
        multiAz: true,
        backupWindow: '2:00-3:00',
        maintenanceWindow: 'sunday',
        maxStorage: '51 GiB',
      } as unknown as RdsPostgresProps);
      new S3Bucket(stack, 'Bucket', {
        platform: 'acme',
        bucketName: 'Acme.Data',
        region,
        encryption: 's3',
        lifecycle: { classes: [{ afterDays: 10, storageClass: 'STANDARD_IA' }] },
      });
      new EksCluster(stack, 'Cluster', {
        platform: 'acme',
        apiAccess: 'private',
        admins: awsTarget.admins,
        zones: [
          { letter: 'a', zone: 'eu-west-1a', id: 'subnet-a' },
          { letter: 'b', zone: 'eu-west-1b', id: 'subnet-b' },
        ],
        controlPlaneSubnetIds: ['subnet-a', 'subnet-b'],
        pools: basePools,
        keys: { secretsArn: 'key-1', volumesArn: 'key-2', logsArn: 'key-3' },
        serviceCidr: '192.168.0.0/25',
        logRetentionDays: 4000 as LogDays,
      });
      new FlowLogs(stack, 'FlowLogs', { platform: 'acme', region, vpcId: 'vpc-1', tags: {}, days: 31 as LogDays });
    }),
  ).toEqual([
    "name of RDS instance has characters that AWS refuses, got '1-acme--pg'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit (stack/Postgres)",
    "version of Postgres is no major version that is tested with this library, got '9.6'; use '15', '16', '17' (stack/Postgres)",
    "Multi-AZ of database '1-acme--pg' needs subnets in two zones, got subnet-a; give the network another zone (stack/Postgres)",
    "backupWindow is a daily span in UTC, got '2:00-3:00'; write it as '02:00-03:00' (stack/Postgres)",
    "maintenanceWindow is a weekly span in UTC, got 'sunday'; write it as 'sun:03:30-sun:04:30' (stack/Postgres)",
    "maxStorage of a database is whole GiB, a tenth or more above storage and at most 65536, got 51 GiB with storage 50 GiB; give at least '56 GiB' (stack/Postgres)",
    "name of S3 bucket has characters that AWS refuses, got 'Acme.Data'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit (stack/Bucket)",
    "name of S3 bucket has a dot, which S3's certificate does not cover, got 'Acme.Data'; use dashes (stack/Bucket)",
    'objects move to STANDARD_IA after 30 days at the earliest, got 10; give at least 30 (stack/Bucket)',
    "EKS takes from /24 to /12 for Services, got '192.168.0.0/25'; leave serviceCidr out, or write it as '172.20.0.0/16' (stack/Cluster)",
    'CloudWatch Logs cannot keep events for so many days, got 4000; use 3653, or one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 (stack/Cluster)',
    'CloudWatch Logs cannot keep events for so many days, got 31; use 60, or one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653 (stack/FlowLogs)',
  ]);
});

test('a name as long as a platform may have still fits everywhere', () => {
  const name = 'a'.repeat(30);
  const { resources } = synthesized((app) => new Platform(app, fromJson({ name })));
  const roles = Object.values(resources(`${name}-operators`).aws_iam_role ?? {}).map((role) => role.name);
  expect(roles).toContain(`${name}..cluster-autoscaler`);
});

test('a platform that may cost more than its budget', () => {
  expect(problems({ budget: { maxMonthlyUsd: 500, subscribers: ['ml@example.com'] } })).toEqual([
    expect.stringMatching(
      /^platform 'acme' may cost more in a month than budget.maxMonthlyUsd 500.*, got a ceiling of [\d,.]+ USD, most of it .*; lower what may run, such as max of a pool, or raise maxMonthlyUsd \(acme-foundation\/Budget\)$/,
    ),
  ]);
});

test('a volume that would shrink, after a synth that made it larger', () => {
  const outdir = newFolder();
  const synth = (storage: string) => {
    const app = new PlatformApp({ outdir });
    new Platform(app, fromJson({ target: { ...awsTarget, postgres: { sslMode: 'require', storage } } }));
    app.synth();
  };
  synth('100 GiB');
  const file = join(outdir, 'stacks/acme-data/cdk.tf.json');
  const before = readFileSync(file, 'utf8');
  expect(() => synth('50 GiB')).toThrow(
    `the volume of a database never shrinks, got 50 GiB after 100 GiB; keep storage at '100 GiB', or remove ${file} if that was never applied (acme-data/Postgres)`,
  );
  expect(readFileSync(file, 'utf8')).toBe(before);
  expect(existsSync(file)).toBe(true);
});

test('a version in its last days: it goes on, and the date is told', () => {
  const { outdir } = synthesized((app) => {
    new Platform(app, fromJson({ target: { ...awsTarget, kubernetesVersion: '1.34' } }));
  });
  expect(readFileSync(join(outdir, 'review.json'), 'utf8')).toContain(
    'standard support of EKS version 1.34 ends on 2026-12-02, in 10 days: EKS upgrades the cluster by itself then',
  );
});

test('wrong values do not compile: each line below has one that `terraform validate` lets through', () => {
  const cpu = { min: 0, max: 1, purposes: ['processing'] } as const;
  const gpu = { min: 1, max: 1, purposes: ['training'] } as const;
  const values: unknown[] = [
    // @ts-expect-error a region that there is not
    'eu-west-9' satisfies Region,
    // @ts-expect-error a partition of its own
    'cn-north-1' satisfies Region,
    // @ts-expect-error a zone without a place in the address plan
    'e' satisfies ZoneLetter,
    // @ts-expect-error a typo in an instance type
    { ...cpu, instanceTypes: ['m7i.xlrage'] } satisfies NodePool,
    // @ts-expect-error a size that the family does not have
    { ...cpu, instanceTypes: ['m7g.48xlarge'] } satisfies NodePool,
    // @ts-expect-error part of a GPU
    { ...gpu, instanceTypes: ['g6f.large'] } satisfies NodePool,
    // @ts-expect-error a card that EC2 does not have
    { ...gpu, accelerator: 'A30' } satisfies NodePool,
    // @ts-expect-error MIG on a card that has none
    { ...gpu, accelerator: 'L4', mig: '1g.5gb' } satisfies NodePool,
    // @ts-expect-error a MIG profile of another card
    { ...gpu, accelerator: 'A100 40GB', mig: '1g.10gb.me' } satisfies NodePool,
    // @ts-expect-error the processor as `uname` calls it
    { ...cpu, instanceTypes: ['m7a.large'], arch: 'x86_64' } satisfies NodePool,
    // @ts-expect-error memory in decimal units
    { ...gpu, memory: '20 GB' } satisfies NodePool,
    // @ts-expect-error a disk as Kubernetes writes it
    { ...cpu, instanceTypes: ['m7a.large'], disk: '50Gi' } satisfies NodePool,
    // @ts-expect-error a purpose that there is not
    { ...cpu, instanceTypes: ['m7a.large'], purposes: ['batch'] } satisfies NodePool,
    // @ts-expect-error an instance class of EC2, without db.
    'm7g.large' satisfies RdsInstanceClass,
    // @ts-expect-error a size that RDS does not have
    'db.t4g.4xlarge' satisfies RdsInstanceClass,
    // @ts-expect-error RDS chooses the minor version
    '17.2' satisfies RdsPostgresProps['version'],
    // @ts-expect-error a version that EKS does not have
    '1.29' satisfies AwsTargetSpec['kubernetesVersion'],
    // @ts-expect-error objects that take hours to read
    'GLACIER' satisfies StorageClass,
    // @ts-expect-error days that CloudWatch Logs cannot keep
    31 satisfies LogDays,
    // @ts-expect-error a way of reaching the API server that nobody has
    'public' satisfies ApiAccess,
    // @ts-expect-error connections that anybody can read
    'prefer' satisfies AwsTargetSpec['postgres']['sslMode'],
    // @ts-expect-error a time of its own choice
    'later' satisfies AwsTargetSpec['postgres']['applyChanges'],
    // @ts-expect-error a number of gateways
    2 satisfies NonNullable<AwsTargetSpec['network']>['nat'],
    // @ts-expect-error a priority that there is not
    'high' satisfies JobProps['priority'],
    // @ts-expect-error jobs that may do anything to their node
    'privileged' satisfies Preset['training']['podSecurity'],
  ];
  expect(values).toHaveLength(25);
});
