import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { EncryptionKey } from '../../lib/aws/kms/encryption-key';
import { addressPlan, tiers } from '../../lib/aws/network/address-plan';
import { contains, overlap, parseRange } from '../../lib/aws/network/ipv4-range';
import { controlPlaneZones, Network, type NetworkProps, networkNames } from '../../lib/aws/network/network';
import { type Region, regions, usualZones, type ZoneLetter, zoneLetters } from '../../lib/aws/regions';
import type { PlatformError } from '../../lib/index';
import { problemsOf, synthesized } from '../harness/synth';

const basics = { platform: 'acme', region: 'eu-central-1' } as const;

function build(changes: Partial<NetworkProps> = {}) {
  const networks: Network[] = [];
  const { outdir, resources } = synthesized((app) => {
    const stack = new TerraformStack(app, 'foundation');
    new AwsProvider(stack, 'Aws', { region: changes.region ?? basics.region });
    networks.push(new Network(stack, 'Network', { ...basics, ...changes }));
  });
  return { outdir, resources: resources('foundation'), network: networks[0] as Network };
}
const problems = (changes: object) =>
  problemsOf((app) => {
    const stack = new TerraformStack(app, 'foundation');
    new AwsProvider(stack, 'Aws', { region: basics.region });
    new Network(stack, 'Network', { ...basics, ...changes });
  });
const data = (outdir: string, stack: string) =>
  JSON.parse(readFileSync(join(outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8')).data;
type Rendered = ReturnType<typeof build>['resources'];
// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
const all = (resources: Rendered, type: string): any[] => Object.values(resources[type] ?? {});
const named = (resources: Rendered, type: string, name: string) => {
  const found = Object.entries(resources[type] ?? {}).filter(
    ([, { tags }]) => (tags as Record<string, string> | undefined)?.Name === name,
  );
  expect(found).toHaveLength(1);
  const [id, attributes] = found[0] ?? [];
  // biome-ignore lint/suspicious/noExplicitAny: rendered JSON
  return { ref: `\${${type}.${id}.id}`, ...(attributes as any) };
};
const tried = (step: () => unknown) => {
  try {
    step();
  } catch (error) {
    return (error as PlatformError).problems;
  }
  throw new Error('there was no problem');
};

describe('address plan', () => {
  test('of a /16', () => {
    expect(addressPlan()).toEqual({
      cidr: '10.0.0.0/16',
      subnets: {
        private: { a: '10.0.0.0/19', b: '10.0.32.0/19', c: '10.0.64.0/19', d: '10.0.96.0/19' },
        public: { a: '10.0.240.0/24', b: '10.0.241.0/24', c: '10.0.242.0/24', d: '10.0.243.0/24' },
        database: { a: '10.0.244.0/24', b: '10.0.245.0/24', c: '10.0.246.0/24', d: '10.0.247.0/24' },
      },
    });
  });

  test('of the smallest, a /19', () => {
    expect(addressPlan({ cidr: '172.16.32.0/19' }).subnets).toEqual({
      private: { a: '172.16.32.0/22', b: '172.16.36.0/22', c: '172.16.40.0/22', d: '172.16.44.0/22' },
      public: { a: '172.16.62.0/27', b: '172.16.62.32/27', c: '172.16.62.64/27', d: '172.16.62.96/27' },
      database: { a: '172.16.62.128/27', b: '172.16.62.160/27', c: '172.16.62.192/27', d: '172.16.62.224/27' },
    });
  });

  test.each(['10.0.0.0/16', '10.255.0.0/16', '172.31.128.0/17', '192.168.64.0/18', '100.127.224.0/19'])(
    'no two subnets of %s share an address, and all lie in it',
    (cidr) => {
      const { subnets } = addressPlan({ cidr });
      const ranges = tiers.flatMap((tier) => Object.values(subnets[tier])).map((text) => parseRange(text));
      const whole = parseRange(cidr);
      expect(ranges).toHaveLength(12);
      for (const [index, range] of ranges.entries()) {
        if (!range || !whole) throw new Error('not a range');
        expect(contains(whole, range)).toBe(true);
        expect(ranges.slice(index + 1).some((other) => other && overlap(range, other))).toBe(false);
      }
    },
  );

  test.each<[string, string[], string[]]>([
    ['10.0.0.0', [], ["an address range is not IPv4 in CIDR notation, got '10.0.0.0'; write it as '10.0.0.0/16'"]],
    [
      '10.0.256.0/16',
      [],
      ["an address range is not IPv4 in CIDR notation, got '10.0.256.0/16'; write it as '10.0.0.0/16'"],
    ],
    ['fd00::/48', [], ["an address range is not IPv4 in CIDR notation, got 'fd00::/48'; write it as '10.0.0.0/16'"]],
    ['10.0.5.0/16', [], ["an address range starts before the address given, got '10.0.5.0/16'; write '10.0.0.0/16'"]],
    ['10.0.0.0/15', [], ["a VPC cannot be so large, got '10.0.0.0/15'; use a prefix from /16 on"]],
    [
      '10.0.0.0/20',
      [],
      [
        "the address range is too small for four zones, got '10.0.0.0/20' (4096 addresses); use /16, or at least /19 (8192): it cannot be changed later",
      ],
    ],
    [
      '172.32.0.0/16',
      [],
      [
        "the address range is not private, got '172.32.0.0/16'; take it from 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10",
      ],
    ],
    [
      '10.20.0.0/16',
      ['10.21.0.0/16', '10.20.128.0/20', 'office', '10.0.0.0/8'],
      [
        "the address range overlaps with another network, got '10.20.0.0/16' and '10.20.128.0/20'; choose a range that no other network uses: it cannot be changed later",
        "the address range overlaps with another network, got '10.20.0.0/16' and '10.0.0.0/8'; choose a range that no other network uses: it cannot be changed later",
        "an address range is not IPv4 in CIDR notation, got 'office'; write it as '10.0.0.0/16'",
      ],
    ],
  ])('%s beside %j is refused', (cidr, otherNetworks, expected) => {
    expect(tried(() => addressPlan({ cidr, otherNetworks }))).toEqual(expected);
  });
});

describe('what an AWS reviewer looks for', () => {
  const { resources, outdir } = build({ tags: { team: 'ml', Name: 'mine' } });

  test('DNS on, and the default security group lets nothing through', () => {
    expect(all(resources, 'aws_vpc')).toMatchObject([
      { cidr_block: '10.0.0.0/16', enable_dns_support: true, enable_dns_hostnames: true },
    ]);
    const [closed] = all(resources, 'aws_default_security_group');
    expect(Object.keys(closed).sort()).toEqual(['//', 'tags', 'vpc_id']);
  });

  test('subnets by tier and zone, tagged for load balancers and Karpenter, none gives public addresses', () => {
    const subnets = all(resources, 'aws_subnet').map(
      ({ availability_zone, cidr_block, tags, map_public_ip_on_launch }) => ({
        name: tags.Name,
        at: `${availability_zone} ${cidr_block}`,
        discovery: Object.keys(tags)
          .filter((key) => /kubernetes|karpenter/.test(key))
          .map((key) => `${key}=${tags[key]}`)
          .sort(),
        map_public_ip_on_launch,
      }),
    );
    const inner = ['karpenter.sh/discovery=acme', 'kubernetes.io/role/internal-elb=1'];
    const outer = ['kubernetes.io/role/elb=1'];
    const row = (name: string, at: string, discovery: string[]) => ({
      name,
      at,
      discovery,
      map_public_ip_on_launch: false,
    });
    expect(subnets.sort((one, other) => one.name.localeCompare(other.name))).toEqual([
      row('acme-database-a', 'eu-central-1a 10.0.244.0/24', []),
      row('acme-database-b', 'eu-central-1b 10.0.245.0/24', []),
      row('acme-private-a', 'eu-central-1a 10.0.0.0/19', inner),
      row('acme-private-b', 'eu-central-1b 10.0.32.0/19', inner),
      row('acme-public-a', 'eu-central-1a 10.0.240.0/24', outer),
      row('acme-public-b', 'eu-central-1b 10.0.241.0/24', outer),
    ]);
  });

  test('each subnet has the route table of its tier; only private and public ones lead out', () => {
    const table = (name: string) => named(resources, 'aws_route_table', name).ref;
    const subnet = (name: string) => named(resources, 'aws_subnet', name).ref;
    const pairs = all(resources, 'aws_route_table_association').map((a) => [a.subnet_id, a.route_table_id]);
    expect(Object.fromEntries(pairs)).toEqual({
      [subnet('acme-private-a')]: table('acme-private-a'),
      [subnet('acme-private-b')]: table('acme-private-b'),
      [subnet('acme-public-a')]: table('acme-public'),
      [subnet('acme-public-b')]: table('acme-public'),
      [subnet('acme-database-a')]: table('acme-database'),
      [subnet('acme-database-b')]: table('acme-database'),
    });
    const nat = named(resources, 'aws_nat_gateway', 'acme-nat-a');
    const routes = all(resources, 'aws_route').map((route) => [
      route.route_table_id,
      route.destination_cidr_block,
      route.nat_gateway_id ?? route.gateway_id,
    ]);
    expect(routes).toEqual([
      [table('acme-public'), '0.0.0.0/0', named(resources, 'aws_internet_gateway', 'acme').ref],
      [table('acme-private-a'), '0.0.0.0/0', nat.ref],
      [table('acme-private-b'), '0.0.0.0/0', nat.ref],
    ]);
    expect(all(resources, 'aws_nat_gateway')).toHaveLength(1);
    expect(nat.subnet_id).toBe(subnet('acme-public-a'));
    expect(nat.depends_on).toEqual([named(resources, 'aws_internet_gateway', 'acme').ref.replace(/^..|.id.$/g, '')]);
  });

  test('every route table reaches S3 without NAT', () => {
    const { ref, ...endpoint } = named(resources, 'aws_vpc_endpoint', 'acme-s3');
    expect(endpoint).toMatchObject({ service_name: 'com.amazonaws.eu-central-1.s3', vpc_endpoint_type: 'Gateway' });
    const attached = all(resources, 'aws_vpc_endpoint_route_table_association');
    expect(attached.every(({ vpc_endpoint_id }) => vpc_endpoint_id === ref)).toBe(true);
    const tables = Object.keys(resources.aws_route_table ?? {}).map((id) => `\${aws_route_table.${id}.id}`);
    expect(attached.map(({ route_table_id }) => route_table_id).sort()).toEqual(tables.sort());
  });

  test('flow logs: all traffic, encrypted, kept for a year, by a role that only they may take', () => {
    const [flowLog] = all(resources, 'aws_flow_log');
    const [group] = all(resources, 'aws_cloudwatch_log_group');
    const [key] = all(resources, 'aws_kms_key');
    const [role] = all(resources, 'aws_iam_role');
    const [policy] = all(resources, 'aws_iam_role_policy');
    expect(flowLog).toMatchObject({ traffic_type: 'ALL', log_destination_type: 'cloud-watch-logs' });
    expect(group).toMatchObject({ name: '/aws/vpc/acme/flow-logs', retention_in_days: 365 });
    expect(group.kms_key_id).toBe(`\${aws_kms_key.${Object.keys(resources.aws_kms_key ?? {})[0]}.arn}`);
    const account = '${data.aws_caller_identity.Account.account_id}';
    expect(JSON.parse(key.policy).Statement[1]).toEqual({
      Sid: 'CloudWatchLogs',
      Effect: 'Allow',
      Principal: { Service: 'logs.eu-central-1.amazonaws.com' },
      Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
      Resource: ['*'],
      Condition: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': [
            `arn:aws:logs:eu-central-1:${account}:log-group:/aws/vpc/acme/flow-logs`,
          ],
        },
      },
    });
    expect(JSON.parse(role.assume_role_policy).Statement).toEqual([
      {
        Sid: 'FlowLogs',
        Effect: 'Allow',
        Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
        Action: ['sts:AssumeRole'],
        Condition: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': `arn:aws:ec2:eu-central-1:${account}:vpc-flow-log/*` },
        },
      },
    ]);
    const groupArn = `\${aws_cloudwatch_log_group.${Object.keys(resources.aws_cloudwatch_log_group ?? {})[0]}.arn}`;
    expect(JSON.parse(policy.policy).Statement.map(({ Action, Resource }: never) => ({ Action, Resource }))).toEqual([
      {
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogGroups', 'logs:DescribeLogStreams'],
        Resource: [groupArn, `${groupArn}:*`],
      },
    ]);
  });

  test('flow logs with a key that somebody else made', () => {
    const { outdir } = synthesized((app) => {
      const stack = new TerraformStack(app, 'foundation');
      new AwsProvider(stack, 'Aws', { region: basics.region });
      const logKey = EncryptionKey.fromName(stack, 'Logs', { platform: 'acme', name: 'logs' });
      new Network(stack, 'Network', { ...basics, logKey, flowLogDays: 30 });
    });
    const { resource } = JSON.parse(readFileSync(join(outdir, 'stacks/foundation/cdk.tf.json'), 'utf8'));
    expect(resource.aws_kms_key).toBeUndefined();
    expect(all(resource, 'aws_cloudwatch_log_group')).toMatchObject([
      {
        retention_in_days: 30,
        kms_key_id: expect.stringMatching(/^\$\{data\.aws_kms_alias\.Logs_\w+\.target_key_arn\}$/),
      },
    ]);
  });

  test.each([
    ['one', ["nat is 'one': when zone eu-central-1a fails, no node reaches the internet"]],
    ['per-zone', []],
  ] as const)('the review says what nat: %s means', (nat, expected) => {
    const { notes } = JSON.parse(readFileSync(join(build({ nat }).outdir, 'review.json'), 'utf8'));
    expect(notes).toEqual(expected.map((text) => ({ path: 'foundation/Network', text })));
  });

  test('everything that can carry tags says its name, its platform and what the user wants', () => {
    const untagged = /_association$|^aws_route$|_policy$|_alias$/;
    for (const type of Object.keys(resources).filter((name) => !untagged.test(name))) {
      for (const { tags } of all(resources, type)) {
        expect(tags).toMatchObject({
          'mlops-constructs/platform': 'acme',
          team: 'ml',
          Name: expect.stringMatching('acme'),
        });
      }
    }
  });

  test('zones are compared with the account at plan, and those where EKS does not run are left out', () => {
    const [zones] = Object.entries<object>(data(outdir, 'foundation').aws_availability_zones);
    expect(zones?.[1]).toMatchObject({
      exclude_zone_ids: ['use1-az3', 'usw1-az2', 'cac1-az3'],
      filter: [{ name: 'opt-in-status', values: ['opt-in-not-required'] }],
    });
    const names = `data.aws_availability_zones.${zones?.[0]}.names`;
    expect(named(resources, 'aws_subnet', 'acme-private-b').lifecycle.precondition).toEqual([
      {
        condition: `\${contains(${names}, "eu-central-1b")}`,
        error_message: `zone 'b' cannot be used, got no eu-central-1b among \${join(", ", ${names})}; choose zones that this account has and where EKS runs (foundation/Network/Zone-b)`,
      },
    ]);
  });
});

describe('growth', () => {
  /** What is gone, and which attributes of what stays have changed. */
  const changes = (before: Rendered, after: Rendered) =>
    Object.entries(before).flatMap(([type, byName]) =>
      Object.entries(byName).flatMap(([name, attributes]) => {
        const kept = after[type]?.[name];
        if (!kept) return [`${type}.${name} is gone`];
        return [...new Set([...Object.keys(attributes), ...Object.keys(kept)])]
          .filter((key) => JSON.stringify(attributes[key]) !== JSON.stringify(kept[key]))
          .map((key) => `${type}.${key}`);
      }),
    );

  test.each<[ZoneLetter[]]>([[['a', 'b', 'c', 'd']], [['d', 'b', 'c', 'a']], [['c', 'a', 'd', 'b']]])(
    'from two zones to three and four in the order %j changes nothing that is there',
    (order) => {
      for (const nat of ['one', 'per-zone'] as const) {
        const [two, three, four] = [2, 3, 4].map((count) => build({ nat, zones: order.slice(0, count) }).resources);
        if (!two || !three || !four) throw new Error('not built');
        expect(changes(two, three)).toEqual([]);
        expect(changes(three, four)).toEqual([]);
        expect(all(four, 'aws_subnet')).toHaveLength(12);
      }
    },
  );

  test('from one NAT gateway to one per zone only the way out of the other zones changes, in place', () => {
    const zones = ['a', 'b', 'c'] as const;
    const [one, each] = (['one', 'per-zone'] as const).map((nat) => build({ zones, nat }).resources);
    if (!one || !each) throw new Error('not built');
    expect(changes(one, each)).toEqual(['aws_route.nat_gateway_id', 'aws_route.nat_gateway_id']);
    for (const letter of zones) {
      const nat = named(each, 'aws_nat_gateway', `acme-nat-${letter}`);
      expect(nat.subnet_id).toBe(named(each, 'aws_subnet', `acme-public-${letter}`).ref);
      const { ref } = named(each, 'aws_route_table', `acme-private-${letter}`);
      const routes = all(each, 'aws_route').filter(({ route_table_id }) => route_table_id === ref);
      expect(routes.map(({ nat_gateway_id }) => nat_gateway_id)).toEqual([nat.ref]);
    }
    expect(new Set(all(each, 'aws_nat_gateway').map(({ allocation_id }) => allocation_id)).size).toBe(3);
  });

  test('from two zones with one NAT to three with three, at once', () => {
    const before = build().resources;
    const after = build({ zones: ['a', 'b', 'c'], nat: 'per-zone' }).resources;
    expect(changes(before, after)).toEqual(['aws_route.nat_gateway_id']);
  });

  test('EKS keeps the two oldest zones for its control plane', () => {
    const { network } = build({ zones: ['c', 'a', 'b'] });
    const letters = (zones?: readonly ZoneLetter[]) => network.subnets('private', zones).map(({ letter }) => letter);
    expect(letters(controlPlaneZones(network))).toEqual(['a', 'c']);
    expect(letters()).toEqual(['a', 'b', 'c']);
  });
});

describe('another stack', () => {
  const lookup = (networkProps: Partial<NetworkProps> = {}) => {
    const found: object[] = [];
    const { outdir, resources } = synthesized((app) => {
      const stack = new TerraformStack(app, 'data');
      new AwsProvider(stack, 'Aws', { region: basics.region });
      const network = Network.fromNames(stack, 'Network', { ...basics, ...networkProps });
      found.push(...network.subnets('database'), ...network.subnets('database'));
    });
    return { found, resources: resources('data'), data: data(outdir, 'data') };
  };

  test('finds the network by its names and knows its addresses without asking', () => {
    const other = lookup();
    expect(other.resources).toEqual({});
    const platform = { 'mlops-constructs/platform': 'acme' };
    expect(all(other.data, 'aws_vpc')).toMatchObject([{ tags: { ...platform, Name: 'acme' } }]);
    expect(all(other.data, 'aws_subnet')).toMatchObject([
      { tags: { ...platform, Name: 'acme-database-a' } },
      { tags: { ...platform, Name: 'acme-database-b' } },
    ]);
    const a = { letter: 'a', zone: 'eu-central-1a', cidr: '10.0.244.0/24' };
    expect(other.found[0]).toMatchObject(a);
    expect(build().network.subnets('database')[0]).toMatchObject(a);
  });

  test('asks for the names that the network has', () => {
    const { resources } = build({ zones: ['a', 'b', 'c'] });
    const other = lookup({ zones: ['a', 'b', 'c'] });
    for (const type of ['aws_vpc', 'aws_subnet']) {
      const wanted = all(other.data, type).map(({ tags }) => tags);
      const made = all(resources, type).map(({ tags }) => tags);
      for (const tags of wanted) expect(made).toContainEqual(expect.objectContaining(tags));
    }
    expect(networkNames('acme').subnet('database', 'c')).toBe('acme-database-c');
  });
});

describe('bad input', () => {
  test('everything at once, with its place', () => {
    expect(
      problems({
        platform: 'Acme',
        region: 'eu-west-9',
        zones: ['a', 'a', 'e'],
        cidr: '10.0.0.0/24',
        otherNetworks: ['10.0.0.0/16'],
      }),
    ).toEqual(
      [
        "the name of the platform is not a DNS label, got 'Acme'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit",
        "the region is unknown, got 'eu-west-9'; use one of eu-central-1, eu-central-2, eu-north-1, eu-south-1, eu-south-2, eu-west-1, eu-west-2, eu-west-3",
        "a zone has no place in the address plan, got 'e'; give the last letter of its name, one of a, b, c, d",
        'a zone is listed twice, got a, a, e; list each zone once',
        "the address range is too small for four zones, got '10.0.0.0/24' (256 addresses); use /16, or at least /19 (8192): it cannot be changed later",
        "the address range overlaps with another network, got '10.0.0.0/24' and '10.0.0.0/16'; choose a range that no other network uses: it cannot be changed later",
      ].map((text) => `${text} (foundation/Network)`),
    );
  });

  test.each([
    [['b'], 'a network needs two zones, got b; add one to zones: EKS and RDS refuse subnets in fewer than two'],
    [[], 'a network needs two zones, got none; add one to zones: EKS and RDS refuse subnets in fewer than two'],
  ])('zones %j', (zones, problem) => {
    expect(problems({ zones })).toEqual([`${problem} (foundation/Network)`]);
  });

  test('a region or zone that does not exist does not compile', () => {
    // @ts-expect-error there is no such region
    const region: Region = 'eu-west-9';
    // @ts-expect-error the address plan has no place for it
    const zone: ZoneLetter = 'e';
    expect([region, zone]).toHaveLength(2);
  });

  test('every region has two zones to start with', () => {
    for (const region of regions) {
      const zones = usualZones(region);
      expect(zones.length).toBeGreaterThanOrEqual(2);
      expect(zones).toEqual(zoneLetters.filter((letter) => zones.includes(letter)));
    }
  });
});
