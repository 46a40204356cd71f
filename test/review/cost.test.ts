import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformStack } from 'cdktf';
import { readOutput } from '../../bin/output';
import { planPools } from '../../lib/aws/nodes/plan';
import type { NodePools } from '../../lib/aws/nodes/pool';
import { quotaNeeds } from '../../lib/aws/nodes/quotas';
import { rdsInstanceClasses } from '../../lib/aws/rds/instance-class';
import type { AwsTargetSpec } from '../../lib/aws/target-spec';
import type { IAddon, PlatformApp } from '../../lib/index';
import { type Cost, costOf } from '../../lib/review/cost/cost';
import { ec2Price } from '../../lib/review/cost/ec2-prices';
import { cents } from '../../lib/review/cost/money';
import { perUnit } from '../../lib/review/cost/price';
import { byUse, fixed } from '../../lib/review/cost/prices';
import { costText } from '../../lib/review/cost/print';
import { rdsPrice } from '../../lib/review/cost/rds-prices';
import { summary } from '../../lib/review/summary';
import { Platform } from '../../stacks/index';
import { example, preset, problemsOf, synthesized } from '../harness/synth';
import { awsTarget } from '../harness/targets';

type Attributes = Record<string, unknown>;

/** What one stack costs: resources by address. */
function priced(resources: Record<string, Attributes>, provider: Attributes = { region: 'us-east-1' }): Cost {
  const resource: Record<string, Record<string, Attributes>> = {};
  for (const [address, attributes] of Object.entries(resources)) {
    const [type = '', name = ''] = address.split('.');
    resource[type] = { ...resource[type], [name]: { '//': { metadata: { path: `acme/${name}` } }, ...attributes } };
  }
  return costOf({ acme: { resource, provider: { aws: [provider] } } });
}

const rows = (cost: Cost) => cost.items.map(({ what, floor, ceiling }) => [what, cents(floor), cents(ceiling)]);
const reasons = (cost: Cost) => cost.unpriced.map(({ address, why }) => `${address}: ${why}`);

const template = {
  block_device_mappings: [{ device_name: '/dev/xvda', ebs: { volume_type: 'gp3', volume_size: 50 } }],
};
const pool = (more: Attributes = {}) => ({
  'aws_launch_template.nodes': template,
  'aws_eks_node_group.system': {
    launch_template: { id: '${aws_launch_template.nodes.id}' },
    instance_types: ['m7i.xlarge'],
    scaling_config: { min_size: 2, max_size: 4, desired_size: 2 },
    ...more,
  },
});
const database = {
  engine: 'postgres',
  instance_class: 'db.m7g.large',
  storage_type: 'gp3',
  allocated_storage: 100,
  max_allocated_storage: 500,
  engine_lifecycle_support: 'open-source-rds-extended-support-disabled',
};

describe('nodes', () => {
  test('cost from the fewest to the most, with their root volumes', () => {
    expect(rows(priced(pool()))).toEqual([
      ['EC2', 294_34, 588_67],
      ['EBS', 8_00, 16_00],
    ]);
  });

  test('cost twice as much at most when a pool is doubled', () => {
    const doubled = priced(pool({ scaling_config: { min_size: 2, max_size: 8 } }));
    expect(doubled.ceiling).toBeCloseTo(2 * priced(pool()).ceiling, 6);
    expect(doubled.floor).toBe(priced(pool()).floor);
  });

  test('of several types cost from the cheapest to the dearest', () => {
    const mixed = priced(pool({ instance_types: ['m7i.xlarge', 'm6i.xlarge'] }));
    expect(rows(mixed)[0]).toEqual(['EC2', cents(2 * 0.192 * 730), cents(4 * 0.2016 * 730)]);
  });

  test('on spot cost a tenth at least, and never more than on demand', () => {
    const [spot, onDemand] = [priced(pool({ capacity_type: 'SPOT' })), priced(pool())];
    expect(spot.items[0]?.floor).toBeCloseTo((onDemand.items[0]?.floor ?? 0) / 10, 6);
    expect(spot.ceiling).toBe(onDemand.ceiling);
  });

  test.each([
    [{ instance_types: ['p5e.48xlarge'] }, "EC2 type 'p5e.48xlarge' has no price here"],
    [{ instance_types: [] }, 'it names no EC2 type'],
    [{ launch_template: undefined }, 'its nodes have volumes other than plain gp3 of a known size'],
    [{ scaling_config: { min_size: 1, max_size: '${var.most}' } }, 'its number of nodes is not known yet'],
  ])('%j are said to have no price', (more, why) => {
    expect(reasons(priced(pool(more)))).toEqual([`aws_eks_node_group.system: ${why}`]);
  });
});

describe('a database', () => {
  test('costs its class and its volume, up to what it may grow to', () => {
    expect(rows(priced({ 'aws_db_instance.postgres': database }))).toEqual([
      ['RDS', 122_64, 122_64],
      ['RDS storage', 11_50, 57_50],
    ]);
  });

  test('costs twice as much with Multi-AZ', () => {
    const [one, two] = [false, true].map((multi) => priced({ 'aws_db_instance.a': { ...database, multi_az: multi } }));
    expect(two?.floor).toBeCloseTo(2 * (one?.floor ?? 0), 6);
    expect(two?.ceiling).toBeCloseTo(2 * (one?.ceiling ?? 0), 6);
  });

  test('is said to have no price where nobody knows one', () => {
    const other = { ...database, engine: 'mysql', storage_type: 'io2', database_insights_mode: 'advanced' };
    const cost = priced({ 'aws_db_instance.a': other });
    expect(cost.ceiling).toBe(0);
    expect(reasons(cost)).toEqual([
      "aws_db_instance.a: RDS class 'db.m7g.large' of mysql has no price here",
      'aws_db_instance.a: its volume is other than plain gp2 or gp3 of a known size',
      'aws_db_instance.a: Database Insights is advanced',
    ]);
  });

  test('that AWS may keep past its end has that among what is not in it', () => {
    const { engine_lifecycle_support: _, ...kept } = database;
    expect(priced({ 'aws_db_instance.a': kept }).notIncluded).toContain(
      'RDS Extended Support, once a version is past its end',
    );
    expect(priced({ 'aws_db_instance.a': database }).notIncluded.join()).not.toContain('Extended Support');
  });
});

test('a cluster that AWS keeps past its end of support may cost six times as much', () => {
  const standard = priced({ 'aws_eks_cluster.a': { upgrade_policy: { support_type: 'STANDARD' } } });
  expect(rows(standard)).toEqual([['EKS', 73_00, 73_00]]);
  expect(rows(priced({ 'aws_eks_cluster.a': {} }))).toEqual([['EKS', 73_00, 438_00]]);
});

test('a load balancer facing the internet has an address in each subnet; its Elastic IPs count once', () => {
  const subnets = ['subnet-1', 'subnet-2'];
  const mapped = subnets.map((subnet) => ({ subnet_id: subnet, allocation_id: 'eip' }));
  expect(
    rows(
      priced({
        'aws_lb.open': { load_balancer_type: 'network', subnets },
        'aws_lb.inside': { load_balancer_type: 'network', internal: true, subnets },
        'aws_lb.own': { load_balancer_type: 'network', subnet_mapping: mapped },
        'aws_eip.own': {},
      }),
    ),
  ).toEqual([
    ['Load balancers', 16_43, 16_43],
    ['Public IPv4', 7_30, 7_30],
    ['Load balancers', 16_43, 16_43],
    ['Load balancers', 16_43, 16_43],
    ['Public IPv4', 3_65, 3_65],
  ]);
});

test('what has no price is named, and is in no sum', () => {
  const cost = priced(
    {
      'aws_nat_gateway.out': {},
      'aws_msk_cluster.kafka': {},
      'google_container_cluster.other': {},
      'aws_cloudwatch_log_group.kept': {},
      'aws_lb.gateway': { load_balancer_type: 'gateway' },
      'aws_vpc_endpoint.partner': { vpc_endpoint_type: 'GatewayLoadBalancer' },
      'aws_eip.many': { count: '${var.n}' },
      'aws_kms_key.two': { count: 2 },
      'kubernetes_service_v1.web': { spec: { type: 'LoadBalancer' } },
      'kubernetes_service_v1.own': { spec: { type: 'ClusterIP' } },
      'kubernetes_persistent_volume_claim_v1.data': {},
      'aws_iam_role.free': {},
      'aws_vpc_endpoint.s3': { vpc_endpoint_type: 'Gateway' },
    },
    { region: 'eu-west-1' },
  );
  expect(costText(cost)).toBe(`cost            floor  ceiling
------------  -------  -------
NAT gateways    32.85    32.85
KMS keys         2.00     2.00
sum             34.85    34.85
USD per month of 730 hours, on demand, without tax; prices are those of us-east-1, and eu-west-1 has its own.
Not priced, and in no sum:
  - aws_msk_cluster.kafka: no price for this type (acme/kafka)
  - google_container_cluster.other: no price for this type (acme/other)
  - aws_cloudwatch_log_group.kept: it keeps logs for ever (acme/kept)
  - aws_lb.gateway: load balancers of type 'gateway' (acme/gateway)
  - aws_vpc_endpoint.partner: an endpoint of type 'GatewayLoadBalancer' (acme/partner)
  - aws_eip.many: how many there are is not known yet (acme/many)
  - kubernetes_service_v1.web: a load balancer of the cluster (acme/web)
  - kubernetes_persistent_volume_claim_v1.data: a volume of the cluster (acme/data)
Not in it:
  - traffic through NAT gateways (0.045 USD per GB)`);
});

test('the region is said only where it is one', () => {
  const aws = (region: string) => ({ provider: { aws: [{ region }] } });
  expect(costOf({ a: aws('us-east-1'), b: aws('us-east-1'), c: {} }).region).toBe('us-east-1');
  expect(costOf({ a: aws('us-east-1'), b: aws('eu-west-1') }).region).toBeUndefined();
  expect(costText(priced({ 'aws_eip.a': {} }, {}))).toContain('and the region that it is built in has its own.');
  expect(costText(priced({ 'aws_eip.a': {} }))).toContain('without tax; prices are those of us-east-1.\n');
});

test('nothing is printed where nothing has a price', () => {
  const cost = priced({ 'helm_release.a': {}, 'kubernetes_service_v1.web': { spec: { type: 'LoadBalancer' } } });
  expect(costText(cost)).toBeUndefined();
});

describe('prices', () => {
  const everything = priced({
    ...pool(),
    'aws_db_instance.a': { ...database, manage_master_user_password: true },
    'aws_eks_cluster.a': {},
    'aws_nat_gateway.a': {},
    'aws_eip.a': {},
    'aws_lb.a': { load_balancer_type: 'network', internal: true },
    'aws_vpc_endpoint.a': { vpc_endpoint_type: 'Interface', subnet_ids: ['subnet-1'] },
    'aws_kms_key.a': { enable_key_rotation: true },
    'aws_cloudwatch_log_group.a': { retention_in_days: 30 },
    'aws_secretsmanager_secret.a': {},
    'aws_route53_zone.a': {},
    'aws_s3_bucket.a': {},
    'aws_ecr_repository.a': {},
    'aws_vpc.a': {},
  });

  test.each(Object.values(fixed))('$name is used', (price) => {
    expect(everything.items.flatMap(({ prices }) => prices)).toContain(price);
  });

  test.each(Object.values(byUse))('$name is named beside the sums', (price) => {
    expect(everything.notIncluded.join('\n')).toContain(perUnit(price));
  });

  test('each says where it was read, and when', () => {
    const all = [
      ...Object.values(fixed),
      ...Object.values(byUse),
      ...everything.items.flatMap(({ prices }) => prices),
      ...rdsInstanceClasses.flatMap((name) => rdsPrice(name) ?? []),
    ];
    expect(all.length).toBeGreaterThan(40);
    for (const { name, usd, source, date } of all) {
      expect([name, usd > 0, source.length > 5, /^20\d\d(-\d\d){0,2}$/.test(date)]).toEqual([name, true, true, true]);
    }
  });

  test('there is one for each class of RDS but those of two families, whose prices nobody could tell', () => {
    const missing = rdsInstanceClasses.filter((name) => rdsPrice(name) === undefined);
    expect([...new Set(missing.map((name) => name.split('.')[1]))]).toEqual(['m7i', 'r7i']);
    expect(missing).toHaveLength(18);
  });

  test('of EC2 are those that upstream lists', () => {
    const facts = join(__dirname, '../../../shared/upstream/aws-instances.json');
    if (!existsSync(facts)) return expect(ec2Price('m7i.xlarge')?.usd).toBe(0.2016);
    const { instances, onDemandUsdPerHour } = JSON.parse(readFileSync(facts, 'utf8'));
    const listed: Record<string, number> = onDemandUsdPerHour['us-east-1'];
    const types = Object.keys(instances).filter(
      (type) => !type.startsWith('g6f.') && ec2Price(type)?.usd !== listed[type],
    );
    expect(types).toEqual([]);
  });
});

describe('the example', () => {
  const text = summary(readOutput(example('reasonable-aws')));

  test('says what it costs', () => {
    expect(
      text.slice(text.indexOf('\ncost ') + 1, text.indexOf('\nWhat a reviewer')),
    ).toBe(`cost               floor   ceiling
--------------  --------  --------
EC2               294.34  4,480.74
EKS                73.00     73.00
EBS                 8.00     48.00
RDS                47.45     47.45
Logs at rest        0.00     43.80
NAT gateways       32.85     32.85
RDS storage         5.75     28.75
Load balancers     16.43     16.43
KMS keys            5.00     15.00
Public IPv4        10.95     10.95
Secrets             0.40      0.40
sum               494.16  4,797.37
USD per month of 730 hours, on demand, without tax; prices are those of us-east-1, and eu-west-1 has its own.
Not in it:
  - objects in buckets (0.023 USD per GB-month), and requests
  - logs beyond 1 GB a day in each group (0.03 USD per GB-month at rest), and writing them (0.50 USD per GB)
  - images in ECR (0.10 USD per GB-month)
  - volumes that pods claim (gp3: 0.08 USD per GB-month), and load balancers that charts ask for
  - nodes that run twice while a pool is replaced or updated
  - capacity units of load balancers (network: 0.006 USD per LCU-hour)
  - traffic through NAT gateways (0.045 USD per GB)
  - traffic to the internet (0.09 USD per GB), and between zones
  - backups of databases beyond the size of their volumes (0.095 USD per GB-month)
`);
  });

  test.each([
    "quota 'Running On-Demand G and VT instances' in eu-west-1 must allow 16 vCPUs: new accounts have fewer, and none of GPUs (acme/Target)",
    'apply acme-bootstrap first: it makes the bucket of the other states. Its own state is the file .state/acme-bootstrap.tfstate, which is yours to keep (acme/Target)',
    "DNS: point 'registry.ml.example.com' (CNAME or alias) at the output gateway_address of acme-foundation (acme/Target)",
    "images: once acme-foundation is applied, log in to ECR ('aws ecr get-login-password --region eu-west-1' gives the password of user AWS), then run 'mlops images push' (acme/Target)",
    "the runner of Terraform needs the command 'aws' and one of the roles in admins (acme/Target)",
  ])('says the duty: %s', (duty) => {
    expect(text).toContain(`\n  - ${duty}\n`);
  });
});

describe('budget', () => {
  const subscribers = ['ml-platform@example.com'];
  const platform = (budget?: AwsTargetSpec['budget'], name = 'acme') => ({
    ...preset,
    name,
    target: {
      ...awsTarget,
      apiAccess: 'private' as const,
      budget,
    },
  });
  const free = synthesized((app) => new Platform(app, platform()));
  const ceiling = cents(costOf(readOutput(free.outdir).stacks).ceiling) / 100;
  const notesOf = (outdir: string) => readOutput(outdir).review.notes.map(({ text }) => text);

  test('at the ceiling passes, and AWS watches the same number', () => {
    const { outdir, resources } = synthesized(
      (app) => new Platform(app, platform({ maxMonthlyUsd: ceiling, subscribers })),
    );
    const [budget] = Object.values(resources('acme-foundation').aws_budgets_budget ?? {});
    expect(Number(budget?.limit_amount)).toBe(ceiling);
    expect(budget).toMatchObject({
      limit_unit: 'USD',
      time_unit: 'MONTHLY',
      budget_type: 'COST',
      cost_types: { include_credit: false, include_refund: false, include_tax: false },
      notification: [
        {
          notification_type: 'ACTUAL',
          threshold: 80,
          threshold_type: 'PERCENTAGE',
          subscriber_email_addresses: subscribers,
        },
        {
          notification_type: 'FORECASTED',
          threshold: 100,
          threshold_type: 'PERCENTAGE',
          subscriber_email_addresses: subscribers,
        },
      ],
    });
    expect(budget).not.toHaveProperty('cost_filter');
    expect(notesOf(outdir).join('\n')).toContain('the budget counts all that its AWS account spends');
  });

  test('one cent below the ceiling fails with what costs most', () => {
    const maxMonthlyUsd = (cents(ceiling) - 1) / 100;
    const broken: IAddon<Platform> = {
      bind: (scope) =>
        TerraformStack.of(scope).addOverride('resource.terraform_data.port.input', 'p--1.8881545897087503e+289'),
    };
    expect(problemsOf((app) => new Platform(app, platform({ maxMonthlyUsd, subscribers }), [broken]))).toEqual([
      "terraform_data.port has a number token inside a text, got '-1.8881545897087503e+289'; wrap the number in Token.asString (acme-platform)",
      "platform 'acme' may cost more in a month than budget.maxMonthlyUsd 4,773.63, got a ceiling of 4,773.64 USD, most of it EC2 1,358.53 (acme-foundation/Cluster/Nodes/training-a), EC2 1,358.53 (acme-foundation/Cluster/Nodes/training-b), EC2 587.50 (acme-foundation/Cluster/Nodes/serving-a); lower what may run, such as max of a pool, or raise maxMonthlyUsd (acme-foundation/Budget)",
    ]);
  });

  test('counts the stacks of its own platform only', () => {
    const both = (app: PlatformApp) => {
      new Platform(app, platform({ maxMonthlyUsd: ceiling, subscribers }));
      new Platform(app, platform(undefined, 'acme-dev'));
    };
    expect(synthesized(both).addresses.filter((address) => address.includes('aws_budgets_budget'))).toHaveLength(1);
  });

  test('that cannot work is said with all other problems', () => {
    const budget = { maxMonthlyUsd: 0, subscribers: ['nobody', ...Array.from({ length: 10 }, () => 'a@example.com')] };
    const wrong = (spec: typeof budget) => (app: PlatformApp) => {
      const { target, ...rest } = platform(spec);
      new Platform(app, { ...rest, target: { ...target, postgres: { ...target.postgres, storage: '5 GiB' } } });
    };
    const small =
      "storage of a database is whole GiB, from 20 to 65536, got 5 GiB; give at least '20 GiB' (acme-data/Postgres)";
    expect(problemsOf(wrong(budget))).toEqual([
      'budget.maxMonthlyUsd is not an amount, got 0; give USD per month, above 0 (acme-foundation/Budget)',
      'budget has more than 10 subscribers, got 11; use the address of a mailing list (acme-foundation/Budget)',
      "subscriber of the budget is not an e-mail address, got 'nobody'; give one in budget.subscribers (acme-foundation/Budget)",
      small,
    ]);
    expect(problemsOf(wrong({ maxMonthlyUsd: 1, subscribers: [] }))).toEqual([
      'budget has no subscriber, got []; give an e-mail address in budget.subscribers: a budget that nobody hears of guards nothing (acme-foundation/Budget)',
      small,
    ]);
  });

  test('left out is noted', () => {
    expect(notesOf(free.outdir)).toContain(
      'nobody watches what the platform costs: give target.budget a limit and a subscriber',
    );
  });
});

test('the pools say which quotas they need, by family and by how they are bought', () => {
  const sizes = { min: 0, max: 2, purposes: ['training'] } as const;
  const pools: NodePools = {
    system: { instanceTypes: ['m7i.xlarge', 'm7i.2xlarge'], min: 2, max: 4, purposes: ['services'] },
    batch: { instanceTypes: ['c7i.large'], min: 0, max: 10, purposes: ['processing'], spot: true },
    l4: { accelerator: 'L4', ...sizes },
    l40s: { accelerator: 'L40S', ...sizes },
    spare: { accelerator: 'T4', ...sizes, spot: true },
    a100: { accelerator: 'A100 40GB', ...sizes },
    h100: { accelerator: 'H100', ...sizes, count: 8, spot: true },
    old: { accelerator: 'A100 80GB', ...sizes, spot: true },
  };
  expect(quotaNeeds(planPools(pools, ['a']))).toEqual([
    { quota: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances', vcpus: 32 },
    { quota: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests', vcpus: 20 },
    { quota: 'Running On-Demand G and VT instances', vcpus: 16 },
    { quota: 'All G and VT Spot Instance Requests', vcpus: 8 },
    { quota: 'Running On-Demand P instances', vcpus: 192 },
    { quota: 'All P5 Spot Instance Requests', vcpus: 384 },
    { quota: 'All P4, P3 and P2 Spot Instance Requests', vcpus: 192 },
  ]);
});
