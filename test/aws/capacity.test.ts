import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { allocatable } from '../../lib/aws/nodes/capacity';
import { type NodeTypeName, nodeType } from '../../lib/aws/nodes/types';
import { example } from '../harness/synth';

// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
type Json = any;

/** What pods of one kind ask for: so many of them in the cluster, or one on each node. */
interface Pods {
  readonly name: string;
  readonly count: number | 'per node';
  readonly millicores: number;
  readonly memoryMiB: number;
}

const quantities: Readonly<Record<string, number>> = { m: 0.001, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, '': 1 };
function quantity(text: string | number): number {
  const [, amount, unit = ''] = /^([\d.]+)(m|Ki|Mi|Gi)?$/.exec(String(text)) ?? [];
  if (amount === undefined) throw new Error(`not a quantity: ${text}`);
  return Number(amount) * (quantities[unit] as number);
}
const pods = (name: string, count: Pods['count'], ...containers: readonly Json[]): Pods => ({
  name,
  count,
  millicores: Math.round(containers.reduce((sum, { requests }) => sum + quantity(requests.cpu) * 1000, 0)),
  memoryMiB: Math.round(containers.reduce((sum, { requests }) => sum + quantity(requests.memory) / 2 ** 20, 0)),
});

/**
 * Pods of each chart, from the values that we set: a chart that is not here fails, so that none is forgotten. Numbers
 * without a value are the chart's own. Node feature discovery: docs/deployment/helm.md of
 * kubernetes-sigs/node-feature-discovery, read on 2026-11-22.
 */
const charts: Readonly<Record<string, (values: Json) => readonly Pods[]>> = {
  'aws-load-balancer-controller': (v) => [pods('aws-load-balancer-controller', v.replicaCount, v.resources)],
  'cert-manager': (v) => [
    pods('cert-manager', v.replicaCount, v.resources),
    pods('cert-manager-webhook', v.webhook.replicaCount, v.webhook.resources),
    pods('cert-manager-cainjector', 1, v.cainjector.resources),
  ],
  'cluster-autoscaler': (v) => [pods('cluster-autoscaler', v.replicaCount, v.resources)],
  'external-secrets': (v) => [
    pods('external-secrets', v.replicaCount, v.resources),
    pods('external-secrets-webhook', v.webhook.replicaCount, v.webhook.resources),
    pods('external-secrets-cert-controller', 1, v.certController.resources),
  ],
  'gateway-helm': (v) => [pods('envoy-gateway', v.deployment.replicas, v.deployment.envoyGateway.resources)],
  'gpu-operator': (v) => [
    pods('gpu-operator', 1, v.operator.resources),
    pods('nfd-master', 1, { requests: { cpu: '100m', memory: '128Mi' } }),
    pods('nfd-gc', 1, { requests: { cpu: '10m', memory: '128Mi' } }),
    pods('nfd-worker', 'per node', { requests: { cpu: '5m', memory: '64Mi' } }),
  ],
  kueue: (v) => [pods('kueue', v.controllerManager.replicas, v.controllerManager.manager.resources)],
  'metrics-server': (v) => [pods('metrics-server', v.replicas, v.resources)],
};

/**
 * Pods that an operator starts for a custom resource of ours. The second container of Envoy's pods is its shutdown manager
 * (envoyproxy/gateway v1.9, internal/infrastructure/kubernetes/proxy).
 */
const customResources: Readonly<Record<string, (spec: Json) => readonly Pods[]>> = {
  EnvoyProxy: ({ provider }) => {
    const { replicas, container } = provider.kubernetes.envoyDeployment;
    return [pods('envoy', replicas, container.resources, { requests: { cpu: '10m', memory: '32Mi' } })];
  },
};

/**
 * What EKS's add-ons ask for at their defaults, seen by `kubectl describe node` on clusters of 2024 (two public listings agree
 * on CPU), and in the values of their charts: amazon-vpc-cni-k8s and aws-ebs-csi-driver of 2026-08, eks-pod-identity-agent.
 */
const addOns: Readonly<Record<string, readonly Pods[]>> = {
  'vpc-cni': [{ name: 'aws-node', count: 'per node', millicores: 50, memoryMiB: 0 }],
  'kube-proxy': [{ name: 'kube-proxy', count: 'per node', millicores: 100, memoryMiB: 0 }],
  'eks-pod-identity-agent': [{ name: 'eks-pod-identity-agent', count: 'per node', millicores: 0, memoryMiB: 0 }],
  'aws-ebs-csi-driver': [
    { name: 'ebs-csi-controller', count: 2, millicores: 60, memoryMiB: 240 },
    { name: 'ebs-csi-node', count: 'per node', millicores: 30, memoryMiB: 120 },
  ],
  coredns: [{ name: 'coredns', count: 2, millicores: 100, memoryMiB: 70 }],
};

const declared = <T>(table: Readonly<Record<string, T>>, kind: string, name: string): T => {
  const found = table[name];
  if (!found) throw new Error(`nobody said what ${kind} '${name}' asks for: add it to test/aws/capacity.test.ts`);
  return found;
};

function podsOf(type: string, resource: Json): readonly Pods[] {
  if (type === 'aws_eks_addon') return declared(addOns, 'add-on', resource.addon_name);
  if (type === 'kubernetes_deployment_v1') {
    const { replicas, template } = resource.spec;
    const containers = template.spec.container.map(({ resources }: Json) => resources);
    return [pods(resource.metadata.name, replicas, ...containers)];
  }
  if (type !== 'helm_release') return [];
  const values = parse(resource.values[0]) ?? {};
  if (!resource.chart.startsWith('assets/')) return declared(charts, 'chart', resource.chart)(values);
  return (values.manifests ?? []).flatMap(({ kind, spec }: Json) => customResources[kind]?.(spec) ?? []);
}

/** All resources of the example, with their types. */
function exampleResources(): readonly (readonly [string, Json])[] {
  const stacks = join(example('reasonable-aws'), 'stacks');
  return readdirSync(stacks).flatMap((stack) => {
    const { resource = {} } = JSON.parse(readFileSync(join(stacks, stack, 'cdk.tf.json'), 'utf8'));
    return Object.entries<Json>(resource).flatMap(([type, byName]) =>
      Object.values(byName).map((one) => [type, one] as const),
    );
  });
}

/** What is always on, and the nodes that always run: those of the system pool at its minimum. */
function load(resources: readonly (readonly [string, Json])[]) {
  const groups = resources
    .filter(([type, one]) => type === 'aws_eks_node_group' && one.labels['mlops-constructs/pool'] === 'system')
    .map(([, one]) => one);
  const nodes = groups.flatMap(({ scaling_config: { min_size: min }, instance_types: types }) =>
    Array.from({ length: min }, () => smallest(types)),
  );
  const all = resources.flatMap(([type, one]) => podsOf(type, one));
  const sum = (list: readonly Json[], key: 'millicores' | 'memoryMiB', weight = (_: Json) => 1): number =>
    list.reduce((total, one) => total + one[key] * weight(one), 0);
  const share = (key: 'millicores' | 'memoryMiB') =>
    sum(all, key, ({ count }) => (count === 'per node' ? nodes.length : count)) / sum(nodes, key);
  const agents = all.filter(({ count }) => count === 'per node');
  const room = (key: 'millicores' | 'memoryMiB') => Math.min(...nodes.map((node) => node[key])) - sum(agents, key);
  return {
    names: all.map(({ name }) => name).sort(),
    cpu: share('millicores'),
    memory: share('memoryMiB'),
    tooLarge: all
      .filter(({ count }) => count !== 'per node')
      .filter((one) => one.millicores > room('millicores') || one.memoryMiB > room('memoryMiB'))
      .map(({ name }) => name),
  };
}

function smallest(types: readonly NodeTypeName[]) {
  const each = types.map((type) => allocatable(nodeType(type)));
  return {
    millicores: Math.min(...each.map(({ millicores }) => millicores)),
    memoryMiB: Math.min(...each.map(({ memoryMiB }) => memoryMiB)),
  };
}

const most = 0.7;
const resources = exampleResources();
const changed = (type: string, change: (resource: Json) => void) => {
  const copy = structuredClone(resources) as [string, Json][];
  for (const [of, one] of copy) if (of === type) change(one);
  return load(copy);
};

test('what is always on takes at most 70 % of the system pool at its smallest, and each pod fits a node', () => {
  const { cpu, memory, tooLarge, names } = load(resources);
  // printed, because it is the figure that somebody who adds an operator looks for
  console.log(`always on: ${(cpu * 100).toFixed(1)} % of CPU, ${(memory * 100).toFixed(1)} % of memory`);
  expect(cpu).toBeGreaterThan(0.1);
  expect(memory).toBeGreaterThan(0.1);
  expect(cpu).toBeLessThanOrEqual(most);
  expect(memory).toBeLessThanOrEqual(most);
  expect(tooLarge).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['aws-node', 'coredns', 'kueue', 'metrics-server', 'registry']));
});

test('twenty times the replicas are found', () => {
  const { cpu } = changed('kubernetes_deployment_v1', ({ spec }) => {
    spec.replicas *= 20;
  });
  expect(cpu).toBeGreaterThan(most);
});

test('a pod that fits no node is found', () => {
  const { tooLarge } = changed('kubernetes_deployment_v1', ({ metadata, spec }) => {
    if (metadata.name === 'registry') spec.template.spec.container[0].resources.requests.memory = '16Gi';
  });
  expect(tooLarge).toEqual(['registry']);
});

test('a chart of which nobody said what it asks for is found', () => {
  const add = () =>
    changed('helm_release', (release) => {
      if (release.chart === 'kueue') release.chart = 'keda';
    });
  expect(add).toThrow("nobody said what chart 'keda' asks for: add it to test/aws/capacity.test.ts");
});
