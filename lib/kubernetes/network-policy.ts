import { NetworkPolicyV1, type NetworkPolicyV1Config } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import type { Construct } from 'constructs';
import type { NetworkRules } from '../core/network-rules';
import { type NetworkPort, peerSelector } from '../core/peers';
import type { PodSpec } from '../core/workload';
import { objectLabels, selectorLabels } from './labels';

type Spec = NetworkPolicyV1Config['spec'];

const ports = (list: readonly NetworkPort[]) => list.map(({ protocol, port }) => ({ protocol, port: String(port) }));

/** Network rules in the provider's words, for the pods that `podLabels` select; no labels select all pods. */
const networkPolicySpec = (podLabels: Readonly<Record<string, string>>, rules: NetworkRules): Spec => ({
  podSelector: Object.keys(podLabels).length > 0 ? { matchLabels: { ...podLabels } } : {},
  policyTypes: ['Ingress', 'Egress'],
  ingress: rules.ingress.map((rule) => ({ from: rule.from.map(peerSelector), ports: ports(rule.ports) })),
  egress: rules.egress.map((rule) => ({ to: rule.to.map(peerSelector), ports: ports(rule.ports) })),
});

export interface NetworkPolicyProps {
  readonly name: string;
  readonly namespace: string;
  /** Of the policy itself, beside its name and who manages it. */
  readonly labels: Readonly<Record<string, string>>;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly rules: NetworkRules;
}

/** Lets in and out what the rules say; everything else is refused for the pods that it selects. */
export const addNetworkPolicy = (scope: Construct, id: string, props: NetworkPolicyProps) =>
  new NetworkPolicyV1(scope, id, {
    metadata: { name: props.name, namespace: props.namespace, labels: objectLabels(props.name, props.labels) },
    spec: networkPolicySpec(props.podLabels, props.rules),
  });

/** The policy of a workload's own pods. */
export const addPodPolicy = (scope: Construct, { name, namespace, labels, network }: PodSpec) =>
  addNetworkPolicy(scope, 'NetworkPolicy', {
    name,
    namespace,
    labels,
    podLabels: selectorLabels(name),
    rules: network,
  });
