import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { parse } from 'yaml';
import type { PlatformApp } from '../../lib/index';
import { Cluster } from '../../lib/kubernetes/index';
import {
  awsLoadBalancerController,
  certManager,
  cloudNativePg,
  clusterAutoscaler,
  envoyGateway,
  externalSecrets,
  gpuOperator,
  kueue,
  metricsServer,
  Operator,
  type OperatorSpec,
} from '../../lib/operators/index';
import { preset, problemsOf, synthesized } from '../harness/synth';
import { plain } from './operators';

const install = (app: PlatformApp, operator: OperatorSpec, identity?: (stack: TerraformStack) => Construct) => {
  const { kubeconfig, context, pools } = preset.target;
  const cluster = Cluster.fromKubeconfig(app, 'Cluster', { name: 'on-prem', kubeconfig, context, pools });
  const stack = new TerraformStack(app, 'operators');
  return new Operator(stack, 'It', { cluster, platform: 'acme', operator, identity: identity?.(stack) });
};
// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
const rendered = (operator: OperatorSpec): Record<string, Record<string, any>> =>
  synthesized((app) => {
    install(app, operator, (stack) => new Construct(stack, 'Identity'));
  }).resources('operators');
// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
const valuesOf = (operator: OperatorSpec): any => operator.chart.values;

test('installs in order: namespace, network, chart, custom resources', () => {
  const { helm_release: releases = {} } = synthesized((app) => {
    install(app, certManager()).addManifests('Issuer', 'issuer', [{ kind: 'ClusterIssuer' }]);
  }).resources('operators');
  const [chart, issuer, network] = ['cert-manager', 'issuer', 'network'].map((name) =>
    Object.entries(releases).find(([, release]) => release.name === name),
  );
  expect(network?.[1].depends_on).toEqual([
    expect.stringMatching(/^kubernetes_namespace_v1\./),
    expect.stringMatching(/^kubernetes_network_policy_v1\./),
  ]);
  expect(chart?.[1].depends_on).toContain(`helm_release.${network?.[0]}`);
  expect(issuer?.[1].depends_on).toEqual([`helm_release.${chart?.[0]}`]);
});

test.each([
  [undefined, { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }, 53],
  [
    { at: { namespace: 'openshift-dns' }, port: 5353 },
    { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openshift-dns' } } },
    5353,
  ],
  [{ at: { cidr: '169.254.20.10/32' } }, { ipBlock: { cidr: '169.254.20.10/32' } }, 53],
] as const)('an operator looks names up where its cluster does: %j', (dns, to, port) => {
  const { kubeconfig, context, pools } = preset.target;
  const { helm_release: releases = {} } = synthesized((app) => {
    const cluster = Cluster.fromKubeconfig(app, 'Cluster', { name: 'on-prem', kubeconfig, context, pools, dns });
    new Operator(new TerraformStack(app, 'operators'), 'It', { cluster, platform: 'acme', operator: kueue() });
  }).resources('operators');
  const network = Object.values(releases).find(({ name }) => name === 'network');
  const [values = ''] = (network?.values ?? []) as string[];
  expect(JSON.parse(values).manifests[0].spec.egress[0]).toEqual({
    to: [to],
    ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port })),
  });
});

test('its policy says whose it is: Helm adds who manages it', () => {
  for (const operator of plain) {
    const policy = Object.values(rendered(operator).helm_release ?? {}).find(({ name }) => name === 'network');
    const [{ metadata }] = JSON.parse(policy?.values[0]).manifests;
    expect(metadata.labels).toEqual({ 'app.kubernetes.io/name': 'operator', 'app.kubernetes.io/part-of': 'acme' });
  }
});

test('pods are restricted, except on the one namespace whose agents reach into their nodes', () => {
  const levels = plain.map((operator) => {
    const [{ metadata }] = Object.values(rendered(operator).kubernetes_namespace_v1 ?? {});
    return [metadata.name, metadata.labels['pod-security.kubernetes.io/enforce']];
  });
  expect(levels.filter(([, level]) => level !== 'restricted')).toEqual([['gpu-operator', 'privileged']]);
});

test('rights in the cloud come before the pods that use them', () => {
  expect(problemsOf((app) => install(app, externalSecrets()))).toEqual([
    "operator 'external-secrets' needs rights in the cloud, got no identity; give it one for the service account 'external-secrets/external-secrets' (operators/It)",
  ]);
  const operators = plain.filter(({ serviceAccount }) => serviceAccount);
  expect(operators.map(({ chart }) => chart.name)).toEqual([
    'aws-load-balancer-controller',
    'cluster-autoscaler',
    'external-secrets',
  ]);
  // what the chart makes is what the association names
  for (const { chart, serviceAccount } of operators)
    expect(JSON.stringify(chart.values)).toContain(`"serviceAccount":{"name":"${serviceAccount}"}`);
});

test("definitions are never upgraded by Helm from a chart's crds folder", () => {
  const upgrades = Object.fromEntries(plain.map(({ chart }) => [chart.name, chart.definitions]));
  expect(upgrades).toEqual({
    'aws-load-balancer-controller': 'own release',
    'cert-manager': 'templates',
    'cloudnative-pg': 'templates',
    'cluster-autoscaler': 'none',
    'external-secrets': 'templates',
    'gateway-helm': 'own release',
    'gpu-operator': 'hook',
    kueue: 'templates',
    'metrics-server': 'none',
    'plugin-barman-cloud': 'templates',
    seaweedfs: 'none',
  });
  expect(valuesOf(certManager()).crds).toEqual({ enabled: true, keep: true });
  expect(valuesOf(externalSecrets())).toMatchObject({ installCRDs: true });
  expect(valuesOf(gpuOperator()).operator).toMatchObject({ upgradeCRD: true });
  for (const operator of plain) {
    const releases = Object.entries(rendered(operator).helm_release ?? {});
    const chart = releases.find(([, { name }]) => name === operator.chart.name)?.[1];
    const own = releases.find(([, release]) => release.for_each);
    expect(own !== undefined).toBe(operator.chart.definitions === 'own release');
    expect(chart?.skip_crds).toBe(own && true);
    if (own) expect(chart?.depends_on).toContain(`helm_release.${own[0]}`);
  }
});

test('service monitors are off unless asked, then they carry the labels', () => {
  const monitored = (operators: readonly OperatorSpec[]) => operators.map(({ chart }) => JSON.stringify(chart.values));
  for (const values of monitored(plain)) expect(values).not.toMatch(/ervicemonitor":\{"enabled":true/i);
  const monitoring = { labels: { release: 'prometheus' } };
  const aws = { clusterName: 'acme', region: 'eu-central-1', monitoring };
  for (const values of monitored([
    awsLoadBalancerController({ ...aws, vpcId: 'vpc-1' }),
    certManager({ monitoring }),
    clusterAutoscaler(aws),
    externalSecrets({ monitoring }),
    gpuOperator({ monitoring }),
    metricsServer({ monitoring }),
    cloudNativePg({ monitoring }),
  ]))
    expect(values).toMatch(/"release":"prometheus"/);
  expect(valuesOf(kueue({ monitoring })).enablePrometheus).toBe(true);
});

test('the driver stays that of the node, and GPUs are split or shared only when asked', () => {
  expect(valuesOf(gpuOperator())).toMatchObject({
    driver: { enabled: false },
    toolkit: { enabled: false },
    migManager: { enabled: false },
  });
  expect(valuesOf(gpuOperator()).devicePlugin).toBeUndefined();
  const timeSlicing = [
    { pods: 4, resourceName: 'nvidia.com/gpu' },
    { pods: 2, resourceName: 'nvidia.com/mig-1g.6gb' },
    { pods: 4, resourceName: 'nvidia.com/mig-1g.6gb' },
  ];
  const { migManager, mig, devicePlugin } = valuesOf(gpuOperator({ mig: 'mixed', timeSlicing }));
  expect({ migManager, mig }).toEqual({
    migManager: { enabled: true, env: [{ name: 'WITH_REBOOT', value: 'true' }] },
    mig: { strategy: 'mixed' },
  });
  const { data, ...config } = devicePlugin.config;
  expect(config).toEqual({ create: true, name: 'device-plugin', default: 'whole' });
  expect(Object.keys(data)).toEqual(['whole', 'shared-2', 'shared-4']);
  expect(parse(data.whole)).toEqual({ version: 'v1', sharing: {} });
  expect(parse(data['shared-4']).sharing.timeSlicing.resources).toEqual([
    { name: 'nvidia.com/gpu', replicas: 4 },
    { name: 'nvidia.com/mig-1g.6gb', replicas: 4 },
  ]);
});

test('Kueue manages jobs only: while it is away, pods of others still start', () => {
  const { controllerManagerConfigYaml } = valuesOf(kueue()).managerConfig;
  expect(parse(controllerManagerConfigYaml).integrations).toEqual({ frameworks: ['batch/job'] });
});

test('values come last, key by key', () => {
  const { deployment } = valuesOf(envoyGateway({ values: { deployment: { replicas: 1 } } }));
  expect(deployment).toMatchObject({ replicas: 1, priorityClassName: 'system-cluster-critical' });
});
