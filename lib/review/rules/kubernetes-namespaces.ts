import { podsOf, policiesOf } from './pods';
import { each, findings, type Rule } from './rule';
import { at, type Block, got, list, strings, type Written } from './written';

const level = 'pod-security.kubernetes.io/enforce';
/** Agents of nodes see their node, by their nature. */
const privileged = ['gpu-operator', 'node-agents'];
const podIdentity = '169.254.170.23/32';

const labelsOf = ({ attributes }: Block) =>
  (at(attributes, 'metadata.labels') ?? {}) as Readonly<Record<string, unknown>>;
const nameOf = (block: Block, written: Written) => written.text(block, at(block.attributes, 'metadata.name'));
const namespaceOf = (block: Block, written: Written) => written.text(block, at(block.attributes, 'metadata.namespace'));

const portsOf = (rule: unknown) => list(rule, 'ports').map((one) => String(at(one, 'port')));
const blocksOf = (rule: unknown) => list(rule, 'to').map((one) => at(one, 'ip_block.cidr'));
const isEmpty = (value: unknown) => Object.keys((value ?? {}) as object).length === 0;

const isDefaultDeny = ({ attributes }: Block) =>
  isEmpty(at(attributes, 'spec.pod_selector')) &&
  list(attributes, 'spec.ingress').length + list(attributes, 'spec.egress').length === 0 &&
  ['Ingress', 'Egress'].every((type) => list(attributes, 'spec.policy_types').includes(type));

export const namespaceRules: readonly Rule[] = [
  {
    id: 'K8S-NS-01',
    title: 'Namespaces enforce a level of Pod Security',
    why: 'restricted for what we run; privileged is for the named agents of nodes only',
    check: each('kubernetes_namespace_v1', (namespace, written) => {
      const enforced = labelsOf(namespace)[level];
      const name = nameOf(namespace, written);
      if (enforced === 'privileged')
        return !privileged.includes(name) && `${level} must be restricted or baseline, got "privileged"`;
      return (
        !['restricted', 'baseline'].includes(String(enforced)) && `${level} must be restricted, got ${got(enforced)}`
      );
    }),
  },
  {
    id: 'K8S-NS-02',
    title: 'Namespaces refuse all traffic that no policy allows',
    why: 'a pod without a policy of its own could talk to everything, and everything to it',
    check: each(
      'kubernetes_namespace_v1',
      (namespace, written) =>
        !written
          .of('kubernetes_network_policy_v1')
          .some((one) => isDefaultDeny(one) && namespaceOf(one, written) === nameOf(namespace, written)) &&
        'it must have a policy that denies both directions for all pods, got none',
    ),
  },
  {
    id: 'K8S-NS-03',
    title: 'Nothing of ours runs in the namespaces of the cluster',
    why: 'default and kube-system belong to others: no level, no policies, and everybody writes there',
    check: (written) =>
      [
        ...podsOf(written).map(({ block }) => block),
        ...written.of('kubernetes_service_v1', 'kubernetes_secret_v1'),
      ].flatMap((block) => {
        const namespace = namespaceOf(block, written);
        return findings(
          block,
          ['', 'default', 'kube-system', 'kube-public'].includes(namespace) &&
            `its namespace must be one of ours, got '${namespace || 'default'}'`,
        );
      }),
  },
  {
    id: 'K8S-NET-01',
    title: 'Each pod has a network policy of its own',
    why: 'default-deny leaves a pod without one deaf and mute',
    check: (written) =>
      podsOf(written).flatMap((pod) =>
        findings(pod.block, policiesOf(written, pod).length === 0 && 'a network policy must select it, got none'),
      ),
  },
  {
    id: 'K8S-NET-02',
    title: 'Pods may ask for names',
    why: 'a policy of egress without DNS breaks every connection with a timeout, not an error',
    check: (written) =>
      podsOf(written).flatMap((pod) =>
        policiesOf(written, pod)
          .filter((policy) => list(policy.attributes, 'spec.policy_types').includes('Egress'))
          .flatMap((policy) =>
            findings(
              policy,
              !list(policy.attributes, 'spec.egress').some((rule) =>
                portsOf(rule).some((port) => port === '53' || port === '5353'),
              ) && 'egress must allow port 53, got no such rule',
            ),
          ),
      ),
  },
  {
    id: 'K8S-NET-03',
    title: 'Pods with an IAM role may reach the agent that gives them credentials',
    why: 'the SDK finds no credentials, and says so as if the role were missing',
    check: (written) =>
      podsOf(written).flatMap((pod) => {
        const isIdentified = written
          .named(pod.block, at(pod.spec, 'service_account_name'))
          .flatMap((block) => [block, ...written.needs(block)])
          .some(({ type }) => type === 'aws_eks_pod_identity_association');
        const open = policiesOf(written, pod).some((policy) =>
          list(policy.attributes, 'spec.egress').some(
            (rule) => blocksOf(rule).includes(podIdentity) && portsOf(rule).includes('80'),
          ),
        );
        return findings(
          pod.block,
          isIdentified && !open && `egress must allow ${podIdentity} on port 80, got no such rule`,
        );
      }),
  },
  {
    id: 'K8S-NET-04',
    title: 'No policy opens every port to every address',
    why: 'what breaks in could send the data anywhere, by any protocol',
    check: each('kubernetes_network_policy_v1', ({ attributes }) =>
      list(attributes, 'spec.egress').map(
        (rule) =>
          list(rule, 'ports').length === 0 &&
          (list(rule, 'to').length === 0 || blocksOf(rule).some((cidr) => String(cidr).endsWith('/0'))) &&
          `a rule of egress must name ports or addresses, got ${got(rule)}`,
      ),
    ),
  },
  {
    id: 'K8S-NET-05',
    title: 'Policies say from whom a pod takes connections',
    why: 'a rule without a source lets in every pod of the cluster, and what its nodes can be reached by',
    check: each('kubernetes_network_policy_v1', ({ attributes }) =>
      list(attributes, 'spec.ingress').map(
        (rule) =>
          (list(rule, 'from').length === 0 ||
            list(rule, 'from').some((one) => String(at(one, 'ip_block.cidr')).endsWith('/0'))) &&
          `a rule of ingress must name its sources, got ${got(at(rule, 'from'))}`,
      ),
    ),
  },
  {
    id: 'K8S-SEC-01',
    title: 'Secrets are written without being kept',
    why: 'data and string_data stand in clear in the state and in every plan',
    check: each('kubernetes_secret_v1', ({ attributes }) =>
      ['data', 'binary_data', 'string_data'].map(
        (key) =>
          attributes[key] !== undefined &&
          `${key} must be data_wo, got ${Object.keys(attributes[key] as object).join(', ')}`,
      ),
    ),
  },
  {
    id: 'K8S-SEC-02',
    title: 'A ConfigMap holds no secret',
    why: 'whoever may look at the namespace reads it',
    check: each('kubernetes_config_map_v1', ({ attributes }) =>
      Object.keys((attributes.data ?? {}) as object)
        .filter((key) => /password|secret|token|private/i.test(key))
        .map((key) => `data must hold no secret, got ${key}`),
    ),
  },
  {
    id: 'K8S-SC-01',
    title: 'A cluster of ours has exactly one default StorageClass',
    why: 'EKS has none since 1.30: a volume without a class waits for ever; with two, the newest wins',
    check: (written) => {
      const classes = written.of('kubernetes_storage_class_v1');
      const isDefault = (one: Block) =>
        String(
          ((at(one.attributes, 'metadata.annotations') ?? {}) as Record<string, unknown>)[
            'storageclass.kubernetes.io/is-default-class'
          ],
        ) === 'true';
      const [first] = classes;
      const count = classes.filter(isDefault).length;
      return first && count !== 1 ? findings(first, `one class must be the default, got ${count}`) : [];
    },
  },
  {
    id: 'K8S-SC-02',
    title: 'Volumes are encrypted, and made where their pod runs',
    why: 'a volume that is made at once is often in another zone than its pod; encryption cannot be added later',
    check: each('kubernetes_storage_class_v1', ({ attributes }) => [
      attributes.volume_binding_mode !== 'WaitForFirstConsumer' &&
        `volume_binding_mode must be WaitForFirstConsumer, got ${got(attributes.volume_binding_mode)}`,
      attributes.storage_provisioner === 'ebs.csi.aws.com' &&
        (at(attributes, 'parameters.encrypted') !== 'true' || !at(attributes, 'parameters.kmsKeyId')) &&
        `parameters must have encrypted and kmsKeyId, got ${strings(attributes.parameters).join(', ')}`,
    ]),
  },
];
