import { at, type Block, list, type Written } from './written';

const kinds = [
  'kubernetes_deployment_v1',
  'kubernetes_stateful_set_v1',
  'kubernetes_daemon_set_v1',
  'kubernetes_job_v1',
  'kubernetes_cron_job_v1',
];

/** A pod that a workload starts. */
export interface Pod {
  readonly block: Block;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, unknown>>;
  readonly spec: unknown;
  /** Those that stay, and those that run before. */
  readonly containers: readonly unknown[];
}

/** The pods of all workloads, as our own stacks write them; those of charts are not in the written JSON. */
export const podsOf = (written: Written): Pod[] =>
  written.of(...kinds).map((block) => {
    const template =
      at(block.attributes, 'spec.job_template.spec.template') ?? at(block.attributes, 'spec.template') ?? {};
    return {
      block,
      namespace: written.text(block, at(block.attributes, 'metadata.namespace')),
      labels: (at(template, 'metadata.labels') ?? {}) as Pod['labels'],
      spec: at(template, 'spec'),
      containers: [...list(template, 'spec.container'), ...list(template, 'spec.init_container')],
    };
  });

/** Network policies that speak for a pod. */
export const policiesOf = (written: Written, pod: Pod): Block[] =>
  written.of('kubernetes_network_policy_v1').filter((policy) => {
    const wanted = Object.entries((at(policy.attributes, 'spec.pod_selector.match_labels') ?? {}) as object);
    return (
      wanted.length > 0 &&
      written.text(policy, at(policy.attributes, 'metadata.namespace')) === pod.namespace &&
      wanted.every(([key, value]) => pod.labels[key] === value)
    );
  });
