import { type Pod, podsOf } from './pods';
import { findings, type Problem, type Rule } from './rule';
import { at, type Block, got, isFalse, isTrue, list, type Written } from './written';

/** Looks at each pod. */
const eachPod = (problem: (pod: Pod, written: Written) => Problem | readonly Problem[]) => (written: Written) =>
  podsOf(written).flatMap((pod) => findings(pod.block, problem(pod, written)));

/** Looks at each container, those that run before the others too. */
const eachContainer = (problem: (container: unknown, pod: Pod) => Problem | readonly Problem[]) =>
  eachPod((pod) =>
    pod.containers.flatMap((container) =>
      [problem(container, pod)].flat().map((one) => one && `container ${at(container, 'name')}: ${one}`),
    ),
  );

const must = (value: unknown, key: string, wanted: boolean): Problem =>
  !(wanted ? isTrue(at(value, key)) : isFalse(at(value, key))) &&
  `${key} must be ${wanted}, got ${got(at(value, key))}`;

const secretName = /(PASSWORD|SECRET|TOKEN|API_KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS)/;
const placeOfSecret = /_(FILE|PATH|NAME|URL|ARN)$/;
const isOnEks = ({ stack }: Block, written: Written) => written.stacks[stack]?.provider?.aws !== undefined;
const isLong = ({ block }: Pod) => /deployment|stateful_set|daemon_set/.test(block.type);

export const podRules: readonly Rule[] = [
  {
    id: 'K8S-POD-01',
    title: 'Containers say that they do not run as root',
    why: "Terraform's provider writes false into a container that says nothing, and restricted namespaces refuse the pod",
    check: eachContainer((container) => must(container, 'security_context.run_as_non_root', true)),
  },
  {
    id: 'K8S-POD-02',
    title: 'Containers have no capabilities and get none',
    why: 'a restricted namespace refuses them; elsewhere they are the first step out of a container',
    check: eachContainer((container) => [
      must(container, 'security_context.allow_privilege_escalation', false),
      !list(container, 'security_context.capabilities.drop').includes('ALL') &&
        `capabilities.drop must hold ALL, got ${got(at(container, 'security_context.capabilities.drop'))}`,
      list(container, 'security_context.capabilities.add').length > 0 &&
        `capabilities.add must be empty, got ${got(at(container, 'security_context.capabilities.add'))}`,
      isTrue(at(container, 'security_context.privileged')) && 'privileged must be false, got true',
    ]),
  },
  {
    id: 'K8S-POD-03',
    title: 'Pods have the seccomp profile of their runtime',
    why: 'a restricted namespace refuses a pod without; the default is no profile',
    check: eachPod(
      ({ spec }) =>
        !['RuntimeDefault', 'Localhost'].includes(String(at(spec, 'security_context.seccomp_profile.type'))) &&
        `seccomp_profile must be RuntimeDefault, got ${got(at(spec, 'security_context.seccomp_profile.type'))}`,
    ),
  },
  {
    id: 'K8S-POD-04',
    title: 'Pods get no token of the API',
    why: 'none of ours calls it; who breaks into one would have an identity in the cluster',
    check: eachPod(({ spec }) => must(spec, 'automount_service_account_token', false)),
  },
  {
    id: 'K8S-POD-05',
    title: 'Services cannot write to their file system',
    why: 'what breaks in cannot leave a program behind',
    check: eachContainer((container, pod) =>
      isLong(pod) ? must(container, 'security_context.read_only_root_filesystem', true) : undefined,
    ),
  },
  {
    id: 'K8S-POD-06',
    title: 'Containers ask for CPU and memory, and end at a limit of memory',
    why: 'the scheduler puts what asks for nothing on a full node, where it takes others with it',
    check: eachContainer((container) =>
      ['requests.cpu', 'requests.memory', 'limits.memory'].map(
        (key) => !at(container, `resources.${key}`) && `resources.${key} must be given, got nothing`,
      ),
    ),
  },
  {
    id: 'K8S-POD-07',
    title: 'Services say whether they live and whether they are ready',
    why: 'a rollout would go on with pods that answer nothing',
    check: eachContainer((container, pod) =>
      isLong(pod)
        ? ['liveness_probe', 'readiness_probe'].map((key) => !at(container, key) && `${key} must be given, got nothing`)
        : undefined,
    ),
  },
  {
    id: 'K8S-POD-08',
    title: 'Pods see nothing of their node',
    why: 'its files, network and processes are those of everybody on it',
    check: eachPod(({ spec }) => [
      ...['host_network', 'host_pid', 'host_ipc'].map((key) => isTrue(at(spec, key)) && `${key} must be off, got true`),
      ...(list(spec, 'volume').map(
        (volume) => at(volume, 'host_path') && `volume ${at(volume, 'name')} must not be of the node, got host_path`,
      ) as Problem[]),
    ]),
  },
  {
    id: 'K8S-POD-09',
    title: 'Secrets are files, not variables',
    why: 'a variable is in every dump, and a rotated one needs a restart',
    check: eachContainer((container) => [
      ...list(container, 'env').map(
        (variable) =>
          (at(variable, 'value_from.secret_key_ref') !== undefined ||
            (secretName.test(String(at(variable, 'name'))) && !placeOfSecret.test(String(at(variable, 'name'))))) &&
          `variable ${at(variable, 'name')} must be a file, got ${at(variable, 'value') === undefined ? 'a reference to a Secret' : 'a value'}`,
      ),
      ...list(container, 'env_from').map(
        (source) => at(source, 'secret_ref') !== undefined && 'env_from must not name a Secret, got secret_ref',
      ),
    ]),
  },
  {
    id: 'K8S-POD-10',
    title: 'Images are named by version or digest',
    why: 'latest is another program after each restart',
    check: eachContainer((container) => {
      const image = String(at(container, 'image'));
      const name = image.split('/').at(-1) ?? '';
      return (
        !image.includes('@sha256:') &&
        (!name.includes(':') || name.endsWith(':latest')) &&
        `image must have a version, got ${image}`
      );
    }),
  },
  {
    id: 'K8S-POD-11',
    title: 'On EKS, pods with a GPU go to nodes with one, and only they',
    why: 'a GPU pod without selector and toleration waits for ever; another one would hold the dearest node',
    check: eachPod(({ block, spec, containers }, written) => {
      // taints and labels of a cluster that somebody else made are theirs
      if (!isOnEks(block, written)) return undefined;
      const devices = containers.flatMap((one) =>
        Object.keys((at(one, 'resources.limits') ?? {}) as object).filter((key) => key.includes('.com/')),
      );
      const tolerated = list(spec, 'toleration').map((one) => at(one, 'key'));
      if (devices.length === 0)
        return (
          tolerated.includes('nvidia.com/gpu') &&
          'it must not tolerate nvidia.com/gpu without asking for one, got that toleration'
        );
      return [
        !tolerated.includes('nvidia.com/gpu') && `it must tolerate nvidia.com/gpu, got ${got(tolerated)}`,
        Object.keys((at(spec, 'node_selector') ?? {}) as object).length === 0 &&
          'it must select its pool, got no node_selector',
      ];
    }),
  },
  {
    id: 'K8S-POD-12',
    title: 'Nothing on EKS selects a label that nodes get after they boot',
    why: 'the autoscaler cannot know it of a node that is not there, and starts none',
    check: eachPod(({ block, spec }, written) => {
      const late = Object.keys((at(spec, 'node_selector') ?? {}) as object).filter((key) =>
        /^(nvidia\.com\/|feature\.node\.kubernetes\.io\/)/.test(key),
      );
      return (
        isOnEks(block, written) &&
        late.length > 0 &&
        `node_selector must hold labels of the pool, got ${late.join(', ')}`
      );
    }),
  },
  {
    id: 'K8S-POD-13',
    title: "Pods do not get every Service's address as variables",
    why: 'a Service called REGISTRY or PORT changes the settings of others; with hundreds, pods do not start',
    check: eachPod(({ spec }) => must(spec, 'enable_service_links', false)),
  },
];
