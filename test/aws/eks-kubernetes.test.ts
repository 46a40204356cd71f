import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataAwsKmsAlias } from '@cdktf/provider-aws/lib/data-aws-kms-alias';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { EksByName } from '../../lib/aws/eks/by-name';
import { viaIam } from '../../lib/aws/iam/offer';
import type { IamGrant } from '../../lib/aws/iam/statement';
import type { AccessOffer } from '../../lib/core/access';
import { viaSecret } from '../../lib/core/secret-offer';
import type { ServerSpec } from '../../lib/core/workload';
import type { Link, PlatformApp, PlatformError } from '../../lib/index';
import { problemsOf, synthesized } from '../harness/synth';

const made = (build: (stack: TerraformStack, cluster: EksByName) => void) => {
  const app = synthesized((root) => build(...stackOf(root)));
  const json = JSON.parse(readFileSync(join(app.outdir, 'stacks', 'platform', 'cdk.tf.json'), 'utf8'));
  const all = (type: string) =>
    Object.entries((json.resource?.[type] ?? {}) as Record<string, Record<string, unknown>>);
  return { all, json };
};

function stackOf(app: PlatformApp): [TerraformStack, EksByName] {
  const stack = new TerraformStack(app, 'platform');
  new AwsProvider(stack, 'Aws', { region: 'us-east-1' });
  const cluster = new EksByName(app, 'Cluster', {
    platform: 'acme',
    region: 'us-east-1',
    zones: ['a', 'b'],
    pools: {
      system: { instanceTypes: ['m7i.xlarge'], min: 2, max: 4, purposes: ['services', 'processing'] },
      training: { accelerator: 'L40S', min: 0, max: 2, purposes: ['training'] },
    },
  });
  return [stack, cluster];
}

const link = (resource: Construct, ...offers: AccessOffer[]) => ({ resource, offers }) as unknown as Link;
const read = (bucket: string): IamGrant => ({ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${bucket}/*`] });
const registry = { name: 'registry', namespace: 'acme' };
const refs = { password: { secretName: 'postgres-registry', key: 'password' } };

/** Statements of the one policy that there is, by id. */
const statements = (result: ReturnType<typeof made>) => {
  const [[, policy] = ['', {}]] = result.all('aws_iam_role_policy');
  const { Statement } = JSON.parse((policy as { policy: string }).policy);
  return Object.fromEntries(Statement.map(({ Sid, ...rest }: { Sid: string }) => [Sid, rest]));
};

test('providers find the cluster by name and ask for a token in every run', () => {
  const { json } = made((stack, cluster) => {
    cluster.addStorageClasses(stack, 'StorageClasses', 'arn:aws:kms:us-east-1:111122223333:key/volumes');
    cluster.addChart(stack, 'Chart', { ...registry, version: '1.0.0', repository: 'oci://ghcr.io/acme', values: {} });
  });
  const exec = {
    api_version: 'client.authentication.k8s.io/v1beta1',
    args: ['eks', 'get-token', '--cluster-name', 'acme', '--region', 'us-east-1', '--output', 'json'],
    command: 'aws',
  };
  const endpoint = {
    cluster_ca_certificate: '${base64decode(data.aws_eks_cluster.Eks-acme.certificate_authority[0].data)}',
    host: '${data.aws_eks_cluster.Eks-acme.endpoint}',
  };
  expect(json.data.aws_eks_cluster['Eks-acme'].name).toBe('acme');
  expect(json.provider.kubernetes).toEqual([{ ...endpoint, exec: [exec] }]);
  expect(json.provider.helm).toEqual([{ kubernetes: { ...endpoint, exec } }]);
});

test('volumes are encrypted, in the zone of their pod, and those for data stay', () => {
  const classes = made((stack, cluster) => {
    expect(cluster.storageClass).toBe('gp3-retain');
    cluster.addStorageClasses(stack, 'StorageClasses', 'arn:key');
  }).all('kubernetes_storage_class_v1');
  expect(
    classes.reverse().map(([, { metadata, '//': _, ...rest }]) => [(metadata as { name: string }).name, rest]),
  ).toEqual(
    [
      ['gp3', 'Delete'],
      ['gp3-retain', 'Retain'],
    ].map(([name, reclaim_policy]) => [
      name,
      {
        allow_volume_expansion: true,
        parameters: { encrypted: 'true', kmsKeyId: 'arn:key', type: 'gp3' },
        reclaim_policy,
        storage_provisioner: 'ebs.csi.aws.com',
        volume_binding_mode: 'WaitForFirstConsumer',
      },
    ]),
  );
});

test('a workload has a role that only its own pods can take, and waits for it', () => {
  const { all, json } = made((stack, cluster) => {
    const identity = cluster.addIdentity(stack, 'Identity', registry);
    identity.accept(link(new Construct(stack, 'Models'), viaIam([read('models')])));
    cluster.addServer(stack, 'Server', server(cluster, identity.serviceAccountName));
  });
  const [[, role] = ['', {}]] = all('aws_iam_role');
  expect((role as { name: string }).name).toBe('acme.registry');
  expect(JSON.parse((role as { assume_role_policy: string }).assume_role_policy).Statement).toEqual([
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Condition: {
        StringEquals: {
          'aws:RequestTag/eks-cluster-name': 'acme',
          'aws:RequestTag/kubernetes-namespace': 'acme',
          'aws:RequestTag/kubernetes-service-account': 'registry',
        },
      },
    },
  ]);
  const [[id, association] = ['', {}]] = all('aws_eks_pod_identity_association');
  expect(association).toMatchObject({
    cluster_name: 'acme',
    namespace: 'acme',
    role_arn: expect.stringMatching(/^\$\{aws_iam_role\.Identity_\w+\.arn}$/),
    service_account: expect.stringMatching(/^\$\{kubernetes_service_account_v1\.\w+\.metadata\[0]\.name}$/),
    depends_on: [expect.stringMatching(/^aws_iam_role_policy\.Identity_Policy_/)],
  });
  // a pod that starts before EKS's webhook knows the association never gets credentials
  const [[settled, wait] = ['', {}]] = all('terraform_data');
  expect(wait).toMatchObject({
    input: `\${aws_eks_pod_identity_association.${id}.service_account}`,
    triggers_replace: `\${aws_eks_pod_identity_association.${id}.association_id}`,
    provisioner: [{ 'local-exec': { command: 'sleep 15' } }],
  });
  const [deployment] = Object.values(json.resource.kubernetes_deployment_v1) as [
    { spec: { template: { spec: { service_account_name: string } } } },
  ];
  expect(deployment.spec.template.spec.service_account_name).toBe(`\${terraform_data.${settled}.output}`);
});

test('each role: action × resource, exactly what its links ask for', () => {
  const result = made((stack, cluster) => {
    const key = new DataAwsKmsAlias(stack, 'Key', { name: 'alias/acme-data' });
    cluster.addIdentity(stack, 'Identity', registry).accept(
      link(
        new Construct(stack, 'Models'),
        viaIam([
          { actions: ['s3:PutObject', 's3:GetObject'], resources: ['arn:aws:s3:::models/*'] },
          {
            actions: ['s3:ListBucket'],
            resources: ['arn:aws:s3:::models'],
            condition: { StringLike: { 's3:prefix': ['a/*'] } },
          },
          { actions: ['kms:Decrypt'], resources: [key.targetKeyArn] },
        ]),
        viaSecret(() => refs),
      ),
    );
    // a workload without links to AWS has a role that may do nothing
    cluster.addIdentity(stack, 'Other', { name: 'other', namespace: 'acme' });
  });
  expect(result.all('aws_iam_role_policy')).toHaveLength(1);
  expect(Object.values(statements(result))).toEqual(
    expect.arrayContaining([
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::models/*'] },
      {
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: ['arn:aws:s3:::models'],
        Condition: { StringLike: { 's3:prefix': ['a/*'] } },
      },
      { Effect: 'Allow', Action: ['kms:Decrypt'], Resource: ['${data.aws_kms_alias.Key.target_key_arn}'] },
    ]),
  );
  expect(Object.keys(statements(result))).toEqual([
    expect.stringMatching(/^platformModels[0-9a-f]{8}$/),
    expect.stringMatching(/^platformModels[0-9a-f]{8}$/),
    expect.stringMatching(/^platformModels[0-9a-f]{8}$/),
  ]);
});

test('removing a link removes its statement and nothing else', () => {
  const linked = (...buckets: string[]) =>
    made((stack, cluster) => {
      const identity = cluster.addIdentity(stack, 'Identity', registry);
      // tokens are numbered in the order in which they are made: ids must not depend on it
      for (const bucket of buckets) {
        const key = new DataAwsKmsAlias(stack, `Key-${bucket}`, { name: `alias/${bucket}` });
        const grants = [read(bucket), { actions: ['kms:Decrypt'], resources: [key.targetKeyArn] }];
        identity.accept(link(new Construct(stack, bucket), viaIam(grants)));
      }
    });
  const before = linked('data', 'models', 'features');
  const after = linked('data', 'features');
  const kept = Object.fromEntries(Object.entries(statements(before)).filter(([sid]) => !sid.includes('models')));
  expect(statements(after)).toEqual(kept);
  expect(Object.keys(kept)).toHaveLength(4);
  const ids = ({ all }: typeof before) =>
    ['aws_iam_role', 'aws_iam_role_policy'].flatMap((t) => all(t).map(([id]) => id));
  expect(ids(after)).toEqual(ids(before));
});

test('falls back to a Secret, and says what it does not understand', () => {
  made((stack, cluster) => {
    const identity = cluster.addIdentity(stack, 'Identity', registry);
    const store = new Construct(stack, 'Store');
    expect(
      identity.accept(
        link(
          store,
          viaSecret(() => refs),
        ),
      ),
    ).toEqual(refs);
    expect(
      identity.accept(
        link(
          store,
          viaSecret(() => refs),
          viaIam([read('x')]),
        ),
      ),
    ).toEqual(refs);
    expect(
      identity.accept(
        link(
          store,
          viaIam([read('x')]),
          viaSecret(() => refs),
        ),
      ),
    ).toEqual({});
    expect(identity.accept(link(store))).toEqual({});
    const refused = (...offers: AccessOffer[]) => {
      try {
        identity.accept(link(store, ...offers));
      } catch (error) {
        return (error as PlatformError).message;
      }
      return undefined;
    };
    expect(refused({ kind: 'kerberos' })).toBe(
      "'registry' cannot be let into platform/Store: cluster 'acme' understands only 'iam' and 'secret', got 'kerberos'; give the resource credentials in a Secret",
    );
    expect(refused(viaSecret(() => undefined))).toBe(
      "platform/Store has no credentials for 'registry', got neither its own nor default ones; add credentials for 'registry', or credentials.default",
    );
  });
});

test('pods reach the agent that has their credentials', () => {
  const [policy] = made((stack, cluster) => {
    cluster.addServer(stack, 'Server', server(cluster, 'registry'));
  }).all('kubernetes_network_policy_v1');
  expect(JSON.stringify(policy)).toContain('169.254.170.23/32');
});

test('more links than a policy can hold', () => {
  expect(
    problemsOf((app) => {
      const [stack, cluster] = stackOf(app);
      const grants = [...Array(100).keys()].map((index) => read(`bucket-${index}`));
      cluster.addIdentity(stack, 'Identity', registry).accept(link(new Construct(stack, 'Data'), viaIam(grants)));
    }),
  ).toEqual([
    expect.stringMatching(
      /^links of 'registry' need a longer policy than IAM allows, got \d{5} characters, at most 10240; split the workload, or give its links fewer prefixes \(platform\/Identity\)$/,
    ),
  ]);
});

test('a role for the ServiceAccount of a chart', () => {
  const { all } = made((stack, cluster) => {
    const identity = cluster.addChartIdentity(stack, 'Autoscaler', {
      name: 'cluster-autoscaler',
      namespace: 'kube-system',
    });
    identity.allow('Describe', { actions: ['autoscaling:DescribeTags'], resources: ['*'] });
  });
  expect(all('kubernetes_service_account_v1')).toEqual([]);
  expect(all('aws_eks_pod_identity_association')[0]?.[1]).toMatchObject({ service_account: 'cluster-autoscaler' });
  expect(all('aws_iam_role')[0]?.[1].name).toBe('acme.kube-system.cluster-autoscaler');
});

test('a role name beyond the limit of IAM', () => {
  expect(
    problemsOf((app) => {
      const [stack, cluster] = stackOf(app);
      cluster.addIdentity(stack, 'Identity', { name: 'x'.repeat(60), namespace: 'acme' });
    }),
  ).toEqual([`name of IAM role is longer than 64 characters, got 'acme.${'x'.repeat(60)}' (65); shorten it by 1`]);
});

const server = (cluster: EksByName, serviceAccountName: string): ServerSpec => ({
  ...registry,
  labels: {},
  serviceAccountName,
  podSecurity: 'restricted',
  container: {
    image: 'registry:1',
    variables: [],
    secretFiles: [],
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
    readOnly: true,
  },
  pool: cluster.pool({ purpose: 'services' }),
  network: { ingress: [], egress: [] },
  port: 8080,
  probes: { live: '/livez', ready: '/readyz' },
  replicas: 1,
  rolloutSeconds: 600,
});
