import { each, findings, type Rule, wants } from './rule';
import { at, got, isTrue, list } from './written';

export const workloadRules: readonly Rule[] = [
  {
    id: 'K8S-DEP-01',
    title: 'A rollout never has fewer pods than before',
    why: 'with two replicas, one broken version would halve the service, with one it would end it',
    check: each('kubernetes_deployment_v1', ({ attributes }) => {
      const strategy = at(attributes, 'spec.strategy');
      if (at(strategy, 'type') === 'Recreate') return undefined;
      const most = at(strategy, 'rolling_update.max_unavailable');
      return String(most) !== '0' && `rolling_update.max_unavailable must be 0, got ${got(most)}`;
    }),
  },
  {
    id: 'K8S-DEP-02',
    title: 'A service with replicas has a disruption budget',
    why: 'an upgrade of nodes would take all of them at once',
    check: each('kubernetes_deployment_v1', (deployment, written) => {
      const selector = JSON.stringify(at(deployment.attributes, 'spec.selector.match_labels'));
      const budgets = written
        .of('kubernetes_pod_disruption_budget_v1')
        .filter((one) => JSON.stringify(at(one.attributes, 'spec.selector.match_labels')) === selector);
      return (
        Number(at(deployment.attributes, 'spec.replicas') ?? 1) > 1 &&
        budgets.length === 0 &&
        'a disruption budget must select its pods, got none'
      );
    }),
  },
  {
    id: 'K8S-DEP-03',
    title: 'Replicas are spread over nodes and zones',
    why: 'one node or one zone that fails would take them all',
    check: each('kubernetes_deployment_v1', ({ attributes }) => {
      if (Number(at(attributes, 'spec.replicas') ?? 1) < 2) return undefined;
      const keys = list(attributes, 'spec.template.spec.topology_spread_constraint').map((one) =>
        at(one, 'topology_key'),
      );
      return ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
        (key) => !keys.includes(key) && `topology_spread_constraint must have ${key}, got ${keys.join(', ') || 'none'}`,
      );
    }),
  },
  {
    id: 'K8S-DEP-04',
    title: 'A deployment selects its pods by one label that never changes',
    why: 'a selector cannot change: another label replaces the deployment, and with it the service',
    check: each('kubernetes_deployment_v1', ({ attributes }) => {
      const keys = Object.keys((at(attributes, 'spec.selector.match_labels') ?? {}) as object);
      return (
        keys.join() !== 'app.kubernetes.io/name' && `selector must be app.kubernetes.io/name, got ${keys.join(', ')}`
      );
    }),
  },
  {
    id: 'K8S-DEP-05',
    title: 'An apply does not wait for a broken rollout for ever',
    why: "the provider's default hides for ten minutes what the first pod says",
    check: each('kubernetes_deployment_v1', (deployment) =>
      ['create', 'update'].map(
        (key) => !at(deployment.attributes, `timeouts.${key}`) && `timeouts.${key} must be given, got nothing`,
      ),
    ),
  },
  {
    id: 'K8S-JOB-01',
    title: 'A job of an apply has time',
    why: "the provider's default is one minute: an image that is pulled for longer fails the apply",
    check: each('kubernetes_job_v1', (job) => [
      !at(job.attributes, 'timeouts.create') && 'timeouts.create must be given, got nothing',
      wants(job, 'wait_for_completion', true),
    ]),
  },
  {
    id: 'K8S-JOB-02',
    title: 'A job of an apply stays',
    why: 'one that cleans itself up is made again by the next apply',
    check: each('kubernetes_job_v1', ({ attributes }) => {
      const ttl = at(attributes, 'spec.ttl_seconds_after_finished');
      return ttl !== undefined && `ttl_seconds_after_finished must not be given, got ${got(ttl)}`;
    }),
  },
  {
    id: 'K8S-JOB-03',
    title: 'A job ends',
    why: 'one that hangs holds its node, and an apply',
    check: (written) =>
      written.of('kubernetes_job_v1', 'kubernetes_cron_job_v1').flatMap((block) => {
        const spec = at(block.attributes, 'spec.job_template.spec') ?? at(block.attributes, 'spec');
        return findings(
          block,
          at(spec, 'active_deadline_seconds') === undefined && 'active_deadline_seconds must be given, got nothing',
        );
      }),
  },
  {
    id: 'K8S-JOB-04',
    title: 'A job of an apply is named by its input',
    why: 'a job cannot change: under a fixed name, another input is an error, not a run',
    check: each(
      'kubernetes_job_v1',
      ({ attributes }) =>
        !/-[0-9a-f]{8,}$/.test(String(at(attributes, 'metadata.name'))) &&
        `metadata.name must end with a hash, got ${got(at(attributes, 'metadata.name'))}`,
    ),
  },
  {
    id: 'K8S-JOB-05',
    title: 'A template does not run two of itself at once',
    why: 'a slow training would meet its next one, on the same data and the same alias',
    check: each('kubernetes_cron_job_v1', (job) => [
      wants(job, 'spec.concurrency_policy', 'Forbid'),
      /^0 0 31 2 /.test(String(at(job.attributes, 'spec.schedule'))) &&
        !isTrue(at(job.attributes, 'spec.suspend')) &&
        'a template without a schedule must be suspended, got suspend false',
    ]),
  },
  {
    id: 'K8S-PRI-01',
    title: 'Trainings never push out services',
    why: 'a class above 0 preempts what serves',
    check: each(
      'kubernetes_priority_class_v1',
      ({ attributes }) => Number(attributes.value) >= 0 && `value must be below 0, got ${got(attributes.value)}`,
    ),
  },
];
