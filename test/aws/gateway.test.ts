import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { scheduling } from '../../lib/accelerators/scheduling';
import { awsNameProblems, awsNames } from '../../lib/aws/names';
import type { Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { preset, problemsOf, synthesized } from '../harness/synth';
import { awsTarget } from '../harness/targets';

const target = {
  ...awsTarget,
  apiAccess: 'private',
} satisfies Preset['target'];
type Aws = Extract<Preset['target'], { kind: 'aws' }>;
type Gateway = Preset['operators']['gateway'];
const hostname = 'registry.ml.example.com';
const toOffice: Gateway = { mode: 'install', access: { publicFrom: ['203.0.113.0/24', '198.51.100.0/24'] } };

const base = (gateway: Gateway, aws: Partial<Aws> = {}, name = 'acme'): Preset => ({
  ...preset,
  name,
  operators: { ...preset.operators, kueue: { mode: 'install' }, gateway },
  registry: { mode: 'on', hostname: gateway.mode === 'off' ? undefined : hostname },
  target: { ...target, ...aws },
});
const platform = (gateway: Gateway, aws?: Partial<Aws>, name?: string) => {
  const found = synthesized((app) => new Platform(app, base(gateway, aws, name)));
  // biome-ignore lint/suspicious/noExplicitAny: rendered JSON
  const all = (stack: string, type: string): any[] => Object.values(found.resources(stack)[type] ?? {});
  // biome-ignore lint/suspicious/noExplicitAny: rendered JSON
  const release = (stack: string, name: string): any =>
    parse(all(stack, 'helm_release').find((one) => one.name === name)?.values[0]);
  return { all, release, found };
};
const problems = (gateway: Gateway, change: Partial<Preset> = {}) =>
  problemsOf((app) => new Platform(app, { ...base(gateway), ...change }));
const notes = ({ outdir }: { readonly outdir: string }): string[] =>
  JSON.parse(readFileSync(join(outdir, 'review.json'), 'utf8')).notes.map(({ text }: { text: string }) => text);
const office = platform(toOffice);
const acme = platform({ ...toOffice, tls: { acme: { email: 'ml@example.com' } } });
const inside = platform({ mode: 'install', access: 'private' });
const unprotected = synthesized((app) => new Platform(app, { ...base(toOffice), dataProtection: 'off' }));

/** `tcp from-to` by where it comes from, of the group of the load balancer. */
const letIn = ({ all }: ReturnType<typeof platform>) =>
  all('acme-foundation', 'aws_vpc_security_group_ingress_rule')
    .filter(({ cidr_ipv4 }) => cidr_ipv4)
    .map(({ cidr_ipv4, from_port, to_port }) => `${cidr_ipv4} ${from_port}-${to_port}`)
    .sort();

test('all eight operators are installed', () => {
  const charts = office
    .all('acme-operators', 'helm_release')
    .filter(({ repository }) => repository)
    .map(({ name }) => name);
  expect(charts.sort()).toEqual([
    'aws-load-balancer-controller',
    'cert-manager',
    'cluster-autoscaler',
    'external-secrets',
    'gateway-helm',
    'gpu-operator',
    'kueue',
    'metrics-server',
  ]);
});

test('without a gateway there is no load balancer, and nothing that serves one', () => {
  const { all } = platform({ mode: 'off' }, {}, 'none');
  expect(all('none-foundation', 'aws_lb')).toEqual([]);
  expect(all('none-operators', 'helm_release').map(({ name }) => name)).not.toContain('gateway-helm');
});

describe('the load balancer', () => {
  test('lets in who was named, on the two ports of the gateway', () => {
    expect(letIn(office)).toEqual([
      '198.51.100.0/24 443-443',
      '198.51.100.0/24 80-80',
      '203.0.113.0/24 443-443',
      '203.0.113.0/24 80-80',
    ]);
    expect(letIn(inside)).toEqual(['10.0.0.0/16 443-443', '10.0.0.0/16 80-80']);
    expect(letIn(platform({ mode: 'install', access: { privateFrom: ['172.16.4.0/22'] } }))).toEqual([
      '172.16.4.0/22 443-443',
      '172.16.4.0/22 80-80',
    ]);
    // ACME servers come from anywhere, to the port where nothing but their proof is served
    expect(letIn(acme)).toEqual(['0.0.0.0/0 80-80', '198.51.100.0/24 443-443', '203.0.113.0/24 443-443']);
  });

  test('stands in public subnets only when it is public', () => {
    const [open] = office.all('acme-foundation', 'aws_lb');
    const [closed] = inside.all('acme-foundation', 'aws_lb');
    expect([open.internal, closed.internal]).toEqual([false, true]);
    for (const subnet of open.subnets) expect(subnet).toContain('Public');
    for (const subnet of closed.subnets) expect(subnet).toContain('Private');
    expect(open).toMatchObject({
      load_balancer_type: 'network',
      enable_cross_zone_load_balancing: true,
      enable_deletion_protection: true,
    });
    expect(open.depends_on).toContainEqual(expect.stringMatching(/^aws_route\./));
  });

  test('reaches the proxies and nothing else, and they let it in', () => {
    const [{ security_groups }] = office.all('acme-foundation', 'aws_lb');
    const to = office.all('acme-foundation', 'aws_vpc_security_group_egress_rule');
    const into = office
      .all('acme-foundation', 'aws_vpc_security_group_ingress_rule')
      .filter(({ referenced_security_group_id: group }) => group === security_groups[0]);
    expect(to.map(({ from_port }) => from_port).sort()).toEqual([10080, 10443]);
    for (const rule of to) {
      expect(rule.security_group_id).toBe(security_groups[0]);
      const back = into.find(({ from_port }) => from_port === rule.from_port);
      expect(back.security_group_id).toBe(rule.referenced_security_group_id);
      expect(back.security_group_id).toMatch(/cluster_security_group_id/);
    }
  });

  test('is bound by names to the Service of the proxies, at the ports that the Gateway has', () => {
    const groups = office.all('acme-foundation', 'aws_lb_target_group');
    const { manifests: bindings } = office.release('acme-operators', 'target-groups');
    const { manifests } = office.release('acme-operators', 'gateway');
    // biome-ignore lint/suspicious/noExplicitAny: rendered JSON
    const one = (kind: string): any => manifests.find((manifest: { kind: string }) => manifest.kind === kind).spec;
    for (const { metadata, spec } of bindings) {
      const group = groups.find(({ name }) => name === spec.targetGroupName);
      expect(group).toMatchObject({
        target_type: 'ip',
        port: spec.serviceRef.port + 10000,
        preserve_client_ip: 'false',
      });
      expect(metadata.namespace).toBe('envoy-gateway-system');
      expect(spec.serviceRef.name).toBe(one('EnvoyProxy').provider.kubernetes.envoyService.name);
    }
    const ports = one('Gateway').listeners.map(({ port }: { port: number }) => port);
    expect(bindings.map((binding: { spec: { serviceRef: { port: number } } }) => binding.spec.serviceRef.port)).toEqual(
      ports,
    );
  });

  test('has the new proxies of a rollout before the old ones go', () => {
    const { labels } = office
      .all('acme-operators', 'kubernetes_namespace_v1')
      .find(({ metadata }) => metadata.name === 'envoy-gateway-system').metadata;
    expect(labels).toMatchObject({
      'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled',
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const { manifests } = office.release('acme-operators', 'gateway');
    const { minDrainDuration } = manifests[0].spec.shutdown;
    for (const { deregistration_delay } of office.all('acme-foundation', 'aws_lb_target_group'))
      expect(minDrainDuration).toBe(`${deregistration_delay}s`);
  });

  test('its controller may bind its two groups, and look', () => {
    const policies = office
      .all('acme-operators', 'aws_iam_role_policy')
      .map(({ policy }) => JSON.parse(policy).Statement);
    const statements = policies.find((list) => JSON.stringify(list).includes('RegisterTargets'));
    // biome-ignore lint/suspicious/noExplicitAny: a policy
    const writes = statements.filter(({ Resource }: any) => Resource[0] !== '*');
    expect(writes).toHaveLength(1);
    expect(writes[0].Action).toEqual([
      'elasticloadbalancing:DeregisterTargets',
      'elasticloadbalancing:RegisterTargets',
    ]);
    expect(writes[0].Resource.map((arn: string) => arn.replace(/^.*:targetgroup\//, ''))).toEqual([
      'acme-http/*',
      'acme-https/*',
    ]);
    for (const { Action, Resource } of statements)
      if (Resource[0] === '*')
        for (const action of Action) expect(action).toMatch(/^(ec2|elasticloadbalancing):Describe/);
  });

  test('names fit into 32 characters for every name of a platform, and no two meet', () => {
    const longest = 'a23456789-123456789-123456789x';
    const platforms = [...Array(longest.length - 3)].map((_, less) => longest.slice(0, longest.length - less));
    const names = [...platforms, 'a23456789-123456789-123456789y'].flatMap((name) => [
      awsNames.loadBalancer(name),
      awsNames.targetGroup(name, 'http'),
      awsNames.targetGroup(name, 'https'),
    ]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(awsNameProblems('loadBalancer', name)).toEqual([]);
    expect(() => awsNames.loadBalancer('internal')).toThrow(/characters that AWS refuses, got 'internal-gateway'/);
  });

  test('goes with everything else once nothing is protected', () => {
    const { found } = office;
    const protection = (from: typeof found) =>
      Object.values(from.resources('acme-foundation').aws_lb ?? {}).map((lb) => lb.enable_deletion_protection);
    expect([protection(found), protection(unprotected)]).toEqual([[true], [false]]);
  });
});

describe('certificates', () => {
  const certificate = (of: ReturnType<typeof platform>) =>
    of.release('acme-operators', 'gateway-certificate').manifests;
  // biome-ignore lint/suspicious/noExplicitAny: rendered JSON
  const named = (list: any[], kind: string, name: string) =>
    list.find((one) => one.kind === kind && one.metadata.name === name)?.spec;

  test('the Gateway serves the one for the host names of the services', () => {
    for (const one of [office, acme]) {
      const list = certificate(one);
      const { manifests } = one.release('acme-operators', 'gateway');
      const gateway = named(manifests, 'Gateway', 'acme');
      const { dnsNames, secretName, issuerRef } = named(list, 'Certificate', 'acme-tls');
      expect(dnsNames).toEqual([hostname]);
      expect(gateway.listeners[1].tls.certificateRefs).toEqual([{ name: secretName }]);
      expect(named(list, 'Issuer', issuerRef.name)).toBeDefined();
    }
  });

  test('an authority of its own needs nobody; ACME comes in at the listener that has no TLS', () => {
    const own = certificate(office);
    const { isCA, secretName } = named(own, 'Certificate', 'acme-ca');
    expect(isCA).toBe(true);
    expect(named(own, 'Issuer', 'acme-ca')).toEqual({ ca: { secretName } });
    const { server, solvers } = named(certificate(acme), 'Issuer', 'acme-acme').acme;
    expect(server).toBe('https://acme-v02.api.letsencrypt.org/directory');
    expect(solvers[0].http01.gatewayHTTPRoute.parentRefs).toMatchObject([{ name: 'acme', sectionName: 'http' }]);
    expect(acme.release('acme-operators', 'cert-manager').config.enableGatewayAPI).toBe(true);
    expect(office.release('acme-operators', 'cert-manager').config).toBeUndefined();
  });

  test('cert-manager starts after the definitions of the Gateway are there', () => {
    const releases = Object.entries(acme.found.resources('acme-operators').helm_release ?? {});
    const at = (name: string) => releases.find(([, one]) => one.name === name) as (typeof releases)[number];
    expect(at('cert-manager')[1].depends_on).toContain(`helm_release.${at('gateway-helm')[0]}`);
  });
});

test('routes go to the installed Gateway, and its proxies are let in', () => {
  const { manifests } = office.release('acme-platform', 'registry');
  expect(manifests[0]).toMatchObject({
    kind: 'HTTPRoute',
    spec: { hostnames: [hostname], parentRefs: [{ name: 'acme', namespace: 'envoy-gateway-system' }] },
  });
  const policies = JSON.stringify(office.all('acme-platform', 'kubernetes_network_policy_v1'));
  expect(policies).toContain('"kubernetes.io/metadata.name":"envoy-gateway-system"');
});

test('a reviewer reads what is left to do', () => {
  const dns = `DNS: point '${hostname}' (CNAME or alias) at the output gateway_address of acme-foundation`;
  const { output } = JSON.parse(
    readFileSync(join(office.found.outdir, 'stacks', 'acme-foundation', 'cdk.tf.json'), 'utf8'),
  );
  expect(output.gateway_address.value).toMatch(/^\$\{aws_lb\..*\.dns_name\}$/);
  expect(notes(office.found)).toContain(dns);
  expect(notes(office.found)).toContain(
    "clients must trust the platform's own CA: ca.crt of Secret 'envoy-gateway-system/acme-ca'",
  );
  expect(notes(acme.found)).toContain(dns);
  expect(notes(acme.found).join()).toMatch(/port 80 of the gateway is open to everybody/);
});

test('what destroying takes when nothing is protected is said by the target', () => {
  const existing = synthesized((app) => new Platform(app, { ...preset, dataProtection: 'off' }));
  expect(notes(unprotected).join()).toMatch(/dataProtection is off: .*database without a final snapshot.*the keys/);
  expect(notes(existing)).toContain(
    'dataProtection is off: destroying foundation takes the namespaces, with the Secrets in them',
  );
  expect(notes(office.found).join()).not.toContain('dataProtection');
});

test('who reaches the gateway is a choice that nobody makes for you', () => {
  const { access: _, ...without } = toOffice as Extract<Gateway, { mode: 'install' }>;
  expect(problems(without as Gateway)).toEqual([
    expect.stringMatching(/^the preset is wrong at operators\.gateway\.access, got nothing; correct it:/),
  ]);
});

test('what is wrong with a gateway is said at once', () => {
  const open: Gateway = { mode: 'install', access: { publicFrom: ['0.0.0.0/0'] } };
  expect(problems(open)).toEqual([
    "operators.gateway.access.publicFrom lets the whole internet in, got '0.0.0.0/0'; name the addresses of those who use it, or set access to 'private' (acme/Target)",
  ]);
  const closed: Gateway = { mode: 'install', access: 'private', tls: { acme: { email: 'ml@example.com' } } };
  expect(problems(closed, { registry: { mode: 'on' } })).toEqual([
    "operators.gateway has mode 'install', and nothing is behind it, got no host name; give one to a service, such as registry.hostname, or set the mode to 'off' (acme/Target)",
    'operators.gateway.tls.acme needs a gateway on the internet, got access "private"; set access to { publicFrom: [...] }, or tls to \'own-ca\' (acme/Target)',
  ]);
});

describe('GPUs', () => {
  const purposes = ['training'] as const;
  const pools: Aws['pools'] = {
    system: { instanceTypes: ['m7i.xlarge'], min: 2, max: 4, purposes: ['services', 'processing'] },
    whole: { accelerator: 'L40S', min: 0, max: 2, purposes },
    turns: { accelerator: 'L4', timeSlicing: 4, min: 2, max: 2, purposes },
    few: { accelerator: 'T4', timeSlicing: 2, min: 2, max: 2, purposes },
    slices: { accelerator: 'A100 80GB', mig: '1g.10gb', count: 8, min: 2, max: 2, purposes },
    both: { accelerator: 'A100 40GB', mig: '2g.10gb', timeSlicing: 4, count: 8, min: 2, max: 2, purposes },
  };
  const shared = platform({ mode: 'off' }, { pools });
  const groups = shared.all('acme-foundation', 'aws_eks_node_group');
  const values = shared.release('acme-operators', 'gpu-operator');
  const labelled = (label: string) => [...new Set(groups.flatMap(({ labels }) => labels[label] ?? []))].sort();

  test('every label that asks for turns has its configuration, and names the device of its pool', () => {
    const { config } = values.devicePlugin;
    const labels = labelled('nvidia.com/device-plugin.config');
    expect(labels).toEqual(['shared-2', 'shared-4']);
    expect(Object.keys(config.data).sort()).toEqual([...labels, config.default].sort());
    expect(parse(config.data[config.default]).sharing).toEqual({});
    for (const pool of Object.values(pools)) {
      if (!('timeSlicing' in pool) || pool.timeSlicing === undefined) continue;
      const { resources } = parse(config.data[`shared-${pool.timeSlicing}`]).sharing.timeSlicing;
      const { resourceName: name } = scheduling(pool as Parameters<typeof scheduling>[0]);
      expect(resources).toContainEqual({ name, replicas: pool.timeSlicing });
    }
  });

  test('every label that asks for slices is one that the manager makes of what it finds', () => {
    // `all-<profile>`: mig-parted, pkg/mig/builder/builder.go of August 2026
    expect(labelled('nvidia.com/mig.config')).toEqual(['all-1g.10gb', 'all-2g.10gb']);
    expect(values.migManager).toMatchObject({ enabled: true });
    expect(values.migManager.config).toBeUndefined();
    expect(values.mig).toEqual({ strategy: 'mixed' });
  });

  test('agents stand the taints of all nodes with GPUs', () => {
    const taints = groups.flatMap(({ taint = [] }) => taint).filter(({ key }) => key.startsWith('nvidia.com'));
    expect(taints.length).toBeGreaterThan(0);
    const { tolerations } = values.daemonsets;
    for (const { key } of taints)
      expect(tolerations).toContainEqual(expect.objectContaining({ key, operator: 'Exists', effect: 'NoSchedule' }));
    expect(values['node-feature-discovery'].worker.tolerations).toEqual(tolerations);
  });

  test('nobody shares where no pool asks for it', () => {
    const plain = office.release('acme-operators', 'gpu-operator');
    expect(plain.devicePlugin).toBeUndefined();
    expect(plain.migManager).toEqual({ enabled: false });
  });
});

test('charts come from the mirror', () => {
  const { all } = platform({ mode: 'off' }, { chartMirror: 'oci://registry.example.com/charts' });
  const repositories = all('acme-operators', 'helm_release').flatMap(({ repository }) => repository ?? []);
  expect(repositories.length).toBeGreaterThan(4);
  expect(new Set(repositories)).toEqual(new Set(['oci://registry.example.com/charts']));
});

test('requests to every bucket of the data stack but that of the logs are logged', () => {
  const buckets = office.all('acme-data', 'aws_s3_bucket').map(({ bucket }) => bucket);
  const logged = office.all('acme-data', 'aws_s3_bucket_logging');
  expect(buckets.sort()).toEqual(['data', 'features', 'logs', 'models'].map((id) => `acme-${id}-111122223333`));
  expect(logged.map(({ target_prefix }) => target_prefix).sort()).toEqual(['data/', 'features/', 'models/']);
  for (const { bucket, target_bucket } of logged) {
    expect(target_bucket).toMatch(/Bucket-logs/);
    expect(bucket).not.toBe(target_bucket);
  }
  const encryption = Object.entries(
    office.found.resources('acme-data').aws_s3_bucket_server_side_encryption_configuration ?? {},
  ).find(([name]) => name.startsWith('Bucket-logs'));
  expect(JSON.stringify(encryption?.[1])).toContain('"sse_algorithm":"AES256"');
  const lifecycle = office.all('acme-data', 'aws_s3_bucket_lifecycle_configuration');
  const kept = lifecycle.find(({ bucket }) => bucket.includes('Bucket-logs')).rule;
  expect(kept).toContainEqual(expect.objectContaining({ id: 'old-objects', expiration: [{ days: 365 }] }));
});

test('secrets of Secrets Manager come into the namespace of the services only', () => {
  const [{ kind, spec }] = office.release('acme-operators', 'store').manifests;
  expect(kind).toBe('ClusterSecretStore');
  expect(spec.conditions).toEqual([{ namespaces: ['acme'] }]);
});
