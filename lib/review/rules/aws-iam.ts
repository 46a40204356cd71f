import { statementsOf } from './policies';
import { each, findings, type Rule } from './rule';
import { at, type Block, got } from './written';

const inline = ['aws_iam_role_policy', 'aws_iam_policy', 'aws_iam_group_policy', 'aws_iam_user_policy'];
/** AWS's own policies that let their holder do nearly everything. */
const broad = /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess|AmazonS3FullAccess|AmazonEC2FullAccess)$/;
/** Actions that only look, and that AWS gives no resource for. */
const looks = /:(Describe|List|Get)[A-Za-z]*$/;

export const iamRules: readonly Rule[] = [
  {
    id: 'AWS-IAM-01',
    title: 'No policy allows every action of a service',
    why: 'nobody can say what it lets in tomorrow: services get new actions every week',
    check: each(inline, ({ attributes }) =>
      statementsOf(attributes.policy)
        .filter(({ effect }) => effect === 'Allow')
        .flatMap(({ actions }) => actions.filter((action) => action === '*' || action.endsWith(':*')))
        .map((action) => `its policy must name actions, got ${action}`),
    ),
  },
  {
    id: 'AWS-IAM-02',
    title: 'What changes something is allowed on named resources, or under a condition',
    why: 'the same rights would reach what the platform does not own',
    check: each(inline, ({ attributes }) =>
      statementsOf(attributes.policy)
        .filter(({ effect, resources, condition }) => effect === 'Allow' && resources.includes('*') && !condition)
        .flatMap(({ actions }) => actions.filter((action) => !looks.test(action)))
        .map((action) => `its policy must name resources for ${action}, got *`),
    ),
  },
  {
    id: 'AWS-IAM-03',
    title: 'A role of a pod can be taken by its ServiceAccount only',
    why: 'otherwise whoever may make associations gives its rights to any pod',
    check: each('aws_iam_role', ({ attributes }) =>
      statementsOf(attributes.assume_role_policy)
        .filter(({ principals }) => principals.includes('pods.eks.amazonaws.com'))
        .flatMap(({ condition }) =>
          ['eks-cluster-name', 'kubernetes-namespace', 'kubernetes-service-account'].map(
            (key) =>
              !at(condition, `StringEquals.aws:RequestTag/${key}`) &&
              `its trust must have the condition aws:RequestTag/${key}, got none`,
          ),
        ),
    ),
  },
  {
    id: 'AWS-IAM-04',
    title: 'Nobody has an access key',
    why: 'it never ends and stands in the state; pods and people have roles',
    check: each(['aws_iam_user', 'aws_iam_access_key'], ({ type }) => `it must be a role, got ${type}`),
  },
  {
    id: 'AWS-IAM-05',
    title: "No role has a broad policy of AWS's own",
    why: 'AdministratorAccess for a day stays for years',
    check: each(
      ['aws_iam_role_policy_attachment', 'aws_iam_user_policy_attachment'],
      ({ attributes }) =>
        broad.test(String(attributes.policy_arn)) && `policy_arn must be narrower, got ${got(attributes.policy_arn)}`,
    ),
  },
  {
    id: 'AWS-IAM-06',
    title: 'A pod starts after its role is its own',
    why: 'credentials are given when a pod starts: one that is early has none until somebody restarts it',
    check: (written) =>
      written.of('aws_eks_pod_identity_association').flatMap((association) => {
        const [account] = written.named(association, association.attributes.service_account);
        const name = written.text(association, association.attributes.service_account);
        const namespace = written.text(association, association.attributes.namespace);
        const users = written.of(...starters).filter((block) => {
          if (block.stack !== association.stack) return false;
          // a chart makes its ServiceAccount itself; the release of its network policies starts nothing
          if (block.type === 'helm_release')
            return (
              !account && block.attributes.repository && written.text(block, block.attributes.namespace) === namespace
            );
          const pod = podOf(block);
          return (
            written.text(block, at(pod, 'spec.service_account_name')) === name &&
            written.text(block, at(block.attributes, 'metadata.namespace')) === namespace
          );
        });
        return users
          .filter((block) => !written.needs(block).has(association))
          .flatMap((block) => findings(block, `it must wait for ${association.path}, got no reference to it`));
      }),
  },
  {
    id: 'AWS-IAM-07',
    title: 'An association waits for what its role may do',
    why: 'a pod would start with a role that is still refused everything',
    check: each('aws_eks_pod_identity_association', (association, written) => {
      const [role] = written.named(association, association.attributes.role_arn);
      const before = written.named(association, association.attributes.depends_on);
      return written
        .of('aws_iam_role_policy', 'aws_iam_role_policy_attachment')
        .filter((policy) => role && written.named(policy, policy.attributes.role).includes(role))
        .map(
          (policy) =>
            !before.includes(policy) &&
            `depends_on must hold ${policy.path}, got ${got(association.attributes.depends_on)}`,
        );
    }),
  },
  {
    id: 'AWS-IAM-08',
    title: 'Each workload has a role of its own',
    why: 'a shared one holds the rights of both, and nobody can take one away',
    check: (written) => {
      const seen = new Map<Block, Block>();
      return written.of('aws_eks_pod_identity_association').flatMap((association) => {
        const [role] = written.named(association, association.attributes.role_arn);
        const first = role && seen.get(role);
        if (role && !first) seen.set(role, association);
        return findings(association, first && `it must have a role of its own, got that of ${first.path}`);
      });
    },
  },
  {
    id: 'AWS-IAM-09',
    title: 'Nobody passes any role to a service',
    why: 'who may pass any role has the rights of all roles',
    check: each(inline, ({ attributes }) =>
      statementsOf(attributes.policy)
        .filter(
          ({ effect, actions, resources }) =>
            effect === 'Allow' && actions.includes('iam:PassRole') && resources.some((one) => /(^|\/)\*$/.test(one)),
        )
        .map(({ resources }) => `iam:PassRole must name a role, got ${resources.join(', ')}`),
    ),
  },
  {
    id: 'AWS-IAM-10',
    title: 'No policy of a bucket or key lets everybody in',
    why: 'everybody means every account of AWS',
    check: each(
      ['aws_s3_bucket_policy', 'aws_kms_key', 'aws_ecr_repository_policy', 'aws_sqs_queue', 'aws_sns_topic'],
      ({ attributes }) =>
        statementsOf(attributes.policy)
          .filter(({ effect, principals }) => effect === 'Allow' && principals.includes('*'))
          .map(() => 'a statement that allows must name its principals, got *'),
    ),
  },
];

const starters = [
  'kubernetes_deployment_v1',
  'kubernetes_stateful_set_v1',
  'kubernetes_daemon_set_v1',
  'kubernetes_job_v1',
  'kubernetes_cron_job_v1',
  'helm_release',
];

const podOf = ({ attributes }: Block) =>
  at(attributes, 'spec.job_template.spec.template') ?? at(attributes, 'spec.template');
