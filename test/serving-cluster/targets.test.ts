import { parse } from 'yaml';
import type { Preset } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { preset, problemsOf } from '../harness/synth';
import { awsTarget } from '../harness/targets';
import { canaryOf, type Json, made, notesOf, ofServing, withServing } from './serving';

test('with a bucket and a gateway in the cluster: the log by the key of the namespace, the certificate with its names', () => {
  const from = made(
    { log: 'on', endpoints: { delay: canaryOf(10) } },
    {
      target: {
        ...preset.target,
        postgres: { install: 'cloudnative-pg', storage: '20 GiB' },
        objectStore: { install: 'seaweedfs', bucket: 'acme-ml', storage: '100 GiB' },
      },
      operators: { ...preset.operators, gateway: { mode: 'install', access: { privateFrom: ['10.0.0.0/8'] } } },
    },
  );
  const { spec } = ofServing(from)['kubernetes_deployment_v1.Serving_delay_Champion'];
  expect(JSON.stringify(spec.template.spec.volume)).toContain(
    '{"items":[{"key":"secretAccessKey","path":"secretAccessKey"}],"name":"s3-default"}',
  );
  expect(spec.template.metadata.labels).toMatchObject({ 'mlops-constructs/client-of-seaweedfs': 'true' });
  const secrets = Object.values<Json>(from.resources('acme-data').kubernetes_secret_v1 as Json).map(
    ({ metadata: { namespace, name } }) => `${namespace}/${name}`,
  );
  expect(secrets).toContain('acme/s3-default');
  const certificates = Object.values<Json>(from.resources('acme-operators').helm_release as Json)
    .flatMap(({ values = [] }) => parse(values[0] ?? '{}').manifests ?? [])
    .flatMap(({ kind, spec }) => (kind === 'Certificate' && spec.dnsNames ? [spec.dnsNames] : []));
  expect(certificates).toContainEqual(['delay.example.com', 'delay-grpc.example.com']);
});

describe('on AWS', () => {
  const changes: Partial<Preset> = {
    target: awsTarget,
    operators: {
      kueue: { mode: 'install' },
      gateway: { mode: 'install', access: { publicFrom: ['203.0.113.0/24'] } },
      prometheus: { mode: 'off' },
    },
  };
  const from = made({ log: 'on', endpoints: { delay: canaryOf(10) }, hostnames: ['other.example.com'] }, changes);
  const resources = ofServing(from);

  test('both tracks are one role, which may write below the prefix of the log, and nothing else', () => {
    const policies = Object.entries(resources).filter(([address]) => address.startsWith('aws_iam_role_policy.'));
    expect(policies.map(([address]) => address)).toEqual(['aws_iam_role_policy.Serving_delay_Identity_Policy']);
    const { Statement } = JSON.parse(policies[0]?.[1].policy);
    expect(Statement.map(({ Action, Resource, Condition }: Json) => ({ Action, Resource, Condition }))).toEqual([
      {
        Action: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:PutObject'],
        Resource: ['arn:aws:s3:::acme-models-111122223333/inference-log/delay/*'],
      },
      {
        Action: ['s3:ListBucket'],
        Resource: ['arn:aws:s3:::acme-models-111122223333'],
        Condition: { StringLikeIfExists: { 's3:prefix': ['inference-log/delay/*'] } },
      },
      { Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: [expect.stringContaining('DataKey')] },
    ]);
    expect(resources['aws_iam_role.Serving_delay_Identity'].name).toBe('acme.serving-delay');
  });

  test('servers run on the CPU pool, and the certificate holds every host name', () => {
    const pod = resources['kubernetes_deployment_v1.Serving_delay_Champion'].spec.template.spec;
    expect(pod.node_selector).toEqual({ 'mlops-constructs/pool': 'system' });
    const [certificate] = Object.values<Json>(from.resources('acme-operators').helm_release as Json)
      .flatMap(({ values = [] }) => parse(values[0] ?? '{}').manifests ?? [])
      .filter(({ kind, spec }) => kind === 'Certificate' && spec.dnsNames?.includes('delay.example.com'));
    expect(certificate.spec.dnsNames).toEqual(['delay.example.com', 'delay-grpc.example.com', 'other.example.com']);
    expect(notesOf(from)).toContain(
      "DNS: point 'delay.example.com' (CNAME or alias) at the output gateway_address of acme-foundation",
    );
    expect(from.addresses.filter((address) => address.includes('Images-model-server'))).toHaveLength(2);
  });

  test('a model that no node of the smallest type can hold twice', () => {
    const need = { memory: '8 GiB' } as const;
    expect(
      problemsOf((app) => new Platform(app, withServing({ endpoints: { delay: { ...canaryOf(10), need } } }, changes))),
    ).toEqual([
      "a pod of endpoint 'delay' may take 16.5 GiB, two versions with a batch each, more than a node of pool 'system' has, got 13.2 GiB; add a pool with larger nodes, or lower need.memory (acme-platform/Serving/delay)",
    ]);
  });
});
