import { each, type Finding, findings, type Rule, wants } from './rule';
import { at, type Block, got, isTrue, list, strings, type Written } from './written';

const anywhere = ['0.0.0.0/0', '::/0'];
/** What a load balancer may open to everybody. */
const publicPorts = [80, 443];

const tag = (block: Block, key: string) => (block.attributes.tags as Record<string, unknown> | undefined)?.[key];
const isPrivate = (subnet: Block) => tag(subnet, 'kubernetes.io/role/internal-elb') === '1';

/** Route tables with the subnets that use them. */
const routeTables = (written: Written) =>
  written.of('aws_route_table_association').flatMap((association) => {
    const table = written.named(association, association.attributes.route_table_id)[0];
    const subnet = written.named(association, association.attributes.subnet_id)[0];
    return table && subnet ? [{ table, subnet, association }] : [];
  });

const range = (cidr: unknown) => {
  const [, a, b, c, d, bits] = (/^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(String(cidr)) ?? []).map(Number);
  if (a === undefined || b === undefined || c === undefined || d === undefined || bits === undefined) return undefined;
  const first = ((a * 256 + b) * 256 + c) * 256 + d;
  return { first, last: first + 2 ** (32 - bits) - 1, bits };
};

const opensToAll = ({ attributes }: Block) =>
  anywhere.includes(String(attributes.cidr_ipv4 ?? attributes.cidr_ipv6)) ||
  strings([attributes.cidr_blocks, attributes.ipv6_cidr_blocks]).some((cidr) => anywhere.includes(cidr));

const openPorts = (from: unknown, to: unknown) =>
  from === to && publicPorts.includes(Number(from)) ? undefined : `${got(from)} to ${got(to)}`;

export const networkRules: readonly Rule[] = [
  {
    id: 'AWS-NET-01',
    title: 'No subnet gives out public addresses',
    why: 'a node or a database with one is a port scan away',
    check: each('aws_subnet', (subnet) => wants(subnet, 'map_public_ip_on_launch', false)),
  },
  {
    id: 'AWS-NET-02',
    title: 'Each private subnet has a route table of its own',
    why: 'a NAT gateway per zone can then be added later without replacing a route of another zone',
    check: (written) => {
      const seen = new Map<Block, Block>();
      return routeTables(written)
        .filter(({ subnet }) => isPrivate(subnet))
        .flatMap(({ table, subnet, association }): Finding[] => {
          const first = seen.get(table);
          seen.set(table, subnet);
          return findings(association, first && `a private subnet shares its route table, got that of ${first.path}`);
        });
    },
  },
  {
    id: 'AWS-NET-03',
    title: 'Subnets carry the tags by which load balancers find them',
    why: 'without them no load balancer is made, and its Service waits without an error in the plan',
    check: each('aws_vpc', (vpc, written) => {
      const subnets = written.of('aws_subnet').filter((one) => written.named(one, one.attributes.vpc_id).includes(vpc));
      return ['kubernetes.io/role/internal-elb', 'kubernetes.io/role/elb'].map(
        (key) =>
          subnets.filter((one) => tag(one, key) === '1').length < 2 &&
          `subnets of two zones must have the tag ${key}: 1, got ${subnets.filter((one) => tag(one, key)).length}`,
      );
    }),
  },
  {
    id: 'AWS-NET-04',
    title: 'The default security group of a network is closed',
    why: 'whatever is made without a group gets this one, and AWS lets its members talk to each other and out',
    check: each('aws_vpc', (vpc, written) => {
      const [group] = written
        .of('aws_default_security_group')
        .filter((one) => written.named(one, one.attributes.vpc_id).includes(vpc));
      if (!group) return 'its default security group must be taken over and closed, got none';
      const rules = [...list(group.attributes, 'ingress'), ...list(group.attributes, 'egress')];
      return rules.length > 0 && `its default security group must have no rules, got ${rules.length}`;
    }),
  },
  {
    id: 'AWS-NET-05',
    title: 'Nothing but a web port is open to the internet',
    why: 'the load balancer is the only thing that the world may reach, on ports 80 and 443',
    check: (written) => [
      ...each(['aws_vpc_security_group_ingress_rule', 'aws_security_group_rule'], (rule) => {
        const { type, from_port: from, to_port: to } = rule.attributes;
        const ports = type !== 'egress' && opensToAll(rule) ? openPorts(from, to) : undefined;
        return ports && `a rule must not open other ports than 80 and 443 to everybody, got ${ports}`;
      })(written),
      ...each('aws_security_group', (group) =>
        list(group.attributes, 'ingress').map((rule) => {
          const ports = strings(rule).some((text) => anywhere.includes(text))
            ? openPorts(at(rule, 'from_port'), at(rule, 'to_port'))
            : undefined;
          return ports && `a rule must not open other ports than 80 and 443 to everybody, got ${ports}`;
        }),
      )(written),
    ],
  },
  {
    id: 'AWS-NET-06',
    title: 'A network has flow logs of all traffic',
    why: 'after an incident nobody can say who talked to whom',
    check: each('aws_vpc', (vpc, written) => {
      const [log] = written.of('aws_flow_log').filter((one) => written.named(one, one.attributes.vpc_id).includes(vpc));
      return (
        log?.attributes.traffic_type !== 'ALL' &&
        `it must have a flow log of ALL traffic, got ${got(log?.attributes.traffic_type)}`
      );
    }),
  },
  {
    id: 'AWS-NET-07',
    title: 'Private subnets reach S3 without the NAT gateway',
    why: 'datasets and images would be paid by the gigabyte, and one more thing could fail',
    check: (written) => {
      const reached = written
        .of('aws_vpc_endpoint_route_table_association')
        .flatMap((one) => written.named(one, one.attributes.route_table_id));
      return routeTables(written)
        .filter(({ table, subnet }) => isPrivate(subnet) && !reached.includes(table))
        .flatMap(({ subnet }) => findings(subnet, 'its route table must have the gateway endpoint of S3, got none'));
    },
  },
  {
    id: 'AWS-NET-08',
    title: 'The address space has room for four zones',
    why: 'subnets cannot grow or move: a third zone would need another network, and so another cluster',
    check: each('aws_vpc', (vpc, written) => {
      const whole = range(vpc.attributes.cidr_block);
      const largest = written
        .of('aws_subnet')
        .filter((one) => written.named(one, one.attributes.vpc_id).includes(vpc))
        .map((one) => range(one.attributes.cidr_block)?.bits ?? 32)
        .sort((a, b) => a - b)[0];
      return (
        whole !== undefined &&
        largest !== undefined &&
        largest < whole.bits + 3 &&
        `the largest subnet must be an eighth of the network, /${whole.bits + 3}, got /${largest}`
      );
    }),
  },
  {
    id: 'AWS-NET-09',
    title: 'Subnets lie in their network and do not overlap',
    why: 'AWS refuses it in the middle of an apply',
    check: (written) => {
      const all = written.of('aws_subnet').map((subnet) => ({ subnet, own: range(subnet.attributes.cidr_block) }));
      return all.flatMap(({ subnet, own }, index) => {
        const whole = range(written.named(subnet, subnet.attributes.vpc_id)[0]?.attributes.cidr_block);
        if (!own || !whole) return [];
        const other = all.slice(0, index).find(({ own: one }) => one && one.first <= own.last && own.first <= one.last);
        return findings(subnet, [
          (own.first < whole.first || own.last > whole.last) &&
            `it must lie in its network, got ${subnet.attributes.cidr_block}`,
          other && `it must not overlap ${other.subnet.path}, got ${subnet.attributes.cidr_block}`,
        ]);
      });
    },
  },
  {
    id: 'AWS-NET-10',
    title: 'A network resolves and gives names',
    why: 'nodes do not join a private endpoint whose name they cannot resolve',
    check: each('aws_vpc', (vpc) => ['enable_dns_hostnames', 'enable_dns_support'].map((key) => wants(vpc, key, true))),
  },
  {
    id: 'AWS-NET-11',
    title: 'Private subnets have no way in from the internet',
    why: 'a route to the internet gateway makes them public, whatever they are called',
    check: (written) =>
      written.of('aws_route').flatMap((route) => {
        const tables = written.named(route, route.attributes.route_table_id);
        const own = routeTables(written).filter(({ table, subnet }) => isPrivate(subnet) && tables.includes(table));
        return findings(
          route,
          own.length > 0 &&
            route.attributes.gateway_id !== undefined &&
            `the way out of a private subnet must be a NAT gateway, got ${route.attributes.gateway_id}`,
        );
      }),
  },
  {
    id: 'AWS-NET-12',
    title: 'Everything is in one region',
    why: 'an ARN of another region is another resource, or none',
    check: (written) =>
      written.resources.flatMap((block) => {
        const region = String(at(written.stacks[block.stack]?.provider?.aws, 'region'));
        const others = strings(block.attributes)
          .flatMap((text) => [...text.matchAll(/\barn:aws[a-z-]*:[a-z0-9-]+:([a-z]{2}(?:-[a-z]+)+-\d)\b/g)])
          .map(([, other]) => other)
          .filter((other) => other !== region && isRegional(block));
        return findings(
          block,
          others.length > 0 && `an ARN must be of ${region}, got ${[...new Set(others)].join(', ')}`,
        );
      }),
  },
  {
    id: 'AWS-TAG-01',
    title: 'Everything that can have tags says its platform',
    why: 'nobody can tell what a bill or an alarm belongs to',
    check: (written) =>
      Object.keys(written.stacks).flatMap((stack) =>
        list(written.stacks[stack]?.provider?.aws).flatMap((provider) =>
          findings(
            { address: stack, path: stack },
            Object.keys((at(provider, 'default_tags.tags') ?? {}) as object).length === 0 &&
              `the AWS provider must have default tags, got ${got(at(provider, 'default_tags'))}`,
          ),
        ),
      ),
  },
  {
    id: 'AWS-TAG-02',
    title: 'What nodes are made of has tags',
    why: 'default tags of the provider do not reach what a launch template starts',
    check: each('aws_launch_template', (template) => {
      const tagged = list(template.attributes, 'tag_specifications').map((one) => at(one, 'resource_type'));
      const missing = ['instance', 'volume'].filter((one) => !tagged.includes(one));
      return missing.length > 0 && `it must tag instances and volumes, got none for ${missing.join(', ')}`;
    }),
  },
];

/** An alarm or a certificate of CloudFront lives in us-east-1 by nature. */
const isRegional = ({ type, attributes }: Block) => !isTrue(attributes.global) && !type.startsWith('aws_cloudfront');
