import type { Synthesized } from '../harness/synth';
import { canaryOf, containerOf, delay, type Json, made, notesOf, ofServing, variables } from './serving';

test('network: callers and the gateway reach both ports, Prometheus one; out to the registry and the bucket only', () => {
  const policy = (from: Synthesized, track = 'Champion') =>
    ofServing(from)[`kubernetes_network_policy_v1.Serving_delay_${track}_NetworkPolicy`].spec;
  const inNamespace = (name: string) => ({
    namespace_selector: { match_labels: { 'kubernetes.io/metadata.name': name } },
  });
  const callers = {
    namespace_selector: { match_labels: { 'mlops-constructs/platform': 'acme' } },
    pod_selector: { match_labels: { 'mlops-constructs/client-of-serving-delay': 'true' } },
  };
  const tcp = (port: string) => [{ port, protocol: 'TCP' }];
  const dns = { to: [inNamespace('kube-system')], ports: [{ port: '53', protocol: 'UDP' }, ...tcp('53')] };
  const registry = {
    to: [{ ...inNamespace('acme'), pod_selector: { match_labels: { 'app.kubernetes.io/name': 'registry' } } }],
    ports: tcp('5000'),
  };
  const routed = made({ endpoints: { delay: canaryOf(10) } });
  const proxies = inNamespace('envoy-gateway-system');
  for (const track of ['Champion', 'Canary'])
    expect(policy(routed, track)).toMatchObject({
      ingress: [
        { from: [callers, inNamespace('monitoring'), proxies], ports: tcp('8080') },
        { from: [callers, proxies], ports: tcp('8081') },
      ],
      egress: [dns, registry],
    });
  const inside = policy(made({ log: 'on', endpoints: { delay } }));
  expect(inside.ingress).toEqual([
    { from: [callers, inNamespace('monitoring')], ports: tcp('8080') },
    { from: [callers], ports: tcp('8081') },
  ]);
  expect(inside.egress).toEqual([
    dns,
    registry,
    { to: [{ ip_block: { cidr: '0.0.0.0/0' } }, { ip_block: { cidr: '::/0' } }], ports: tcp('443') },
  ]);
  const { metadata } = ofServing(routed)['kubernetes_deployment_v1.Serving_delay_Champion'].spec.template;
  expect(metadata.labels).toMatchObject({ 'mlops-constructs/client-of-registry': 'true' });
});

test('the Service has both ports, and says that the second speaks HTTP/2', () => {
  const { spec } = ofServing(made({ endpoints: { delay } }))['kubernetes_service_v1.Serving_delay_Champion_Service'];
  expect(spec).toEqual({
    selector: { 'app.kubernetes.io/name': 'serving-delay' },
    port: [
      { name: 'http', port: 8080, target_port: 'http' },
      { name: 'grpc', port: 8081, target_port: 'grpc', app_protocol: 'kubernetes.io/h2c' },
    ],
  });
});

test('tokens are made once in one place, are files in the pods, and callers send theirs from their namespace', () => {
  const from = made({ auth: {}, endpoints: { delay: canaryOf(10) } }, {}, ({ training, serving }) => {
    const endpoint = serving?.addEndpoint('other', delay);
    training?.addJob('score', { image: 'score:1', uses: { other: endpoint?.client() as never } });
  });
  const resources = ofServing(from);
  expect(resources['kubernetes_secret_v1.Serving_Tokens']).toMatchObject({
    metadata: { name: 'serving-tokens', namespace: 'acme' },
    data_wo: { tokens: expect.stringMatching(/^\$\{ephemeral\.random_password\.Serving_Tokens_[0-9A-F]+\.result\}$/) },
    data_wo_revision: 1,
  });
  for (const track of ['Champion', 'Canary'] as const) {
    const container = containerOf(from, track);
    expect(variables(container)).toMatchObject({
      AUTH_MODE: 'required',
      AUTH_TOKENS_FILE: '/run/secrets/auth/tokens',
    });
    expect(container.env.filter(({ value_from }: Json) => value_from)).toEqual([]);
  }
  const [job] = Object.values<Json>(from.resources('acme-platform').kubernetes_cron_job_v1 as Json);
  const { metadata, spec } = job.spec.job_template.spec.template;
  expect(spec.container[0].env).toEqual([
    { name: 'MLFLOW_TRACKING_URI', value: 'http://registry.acme.svc:5000' },
    { name: 'OTHER_URL', value: 'http://serving-other.acme.svc:8080' },
    { name: 'OTHER_MODEL', value: 'flight-delay' },
    { name: 'OTHER_TOKEN', value_from: { secret_key_ref: { name: 'serving-token', key: 'token' } } },
  ]);
  expect(metadata.labels).toMatchObject({ 'mlops-constructs/client-of-serving-other': 'true' });
  expect(notesOf(from)).toContain(
    "workloads that use an endpoint send the token in Secret 'serving-token', key 'token', of their own namespace (jobs: 'acme-jobs'): you make it once, and their pods do not start before it is there",
  );
});

test('tokens that are brought are used where they lie, and a registry that asks for one is answered from a file', () => {
  const tokens = { secretName: 'mine', key: 'serving' };
  const from = made({ auth: { tokens }, endpoints: { delay } }, { registry: { mode: 'on', auth: {} } });
  expect(ofServing(from)['kubernetes_secret_v1.Serving_Tokens']).toBeUndefined();
  expect(variables(containerOf(from, 'Champion'))).toMatchObject({
    MLFLOW_TRACKING_TOKEN_FILE: '/run/secrets/mlflow/trackingToken',
  });
  const { spec } = ofServing(from)['kubernetes_deployment_v1.Serving_delay_Champion'];
  const secrets = JSON.stringify(spec.template.spec.volume);
  expect(secrets).toContain('{"items":[{"key":"serving","path":"tokens"}],"name":"mine"}');
  expect(secrets).toContain('{"items":[{"key":"token","path":"trackingToken"}],"name":"registry-token"}');
  expect(notesOf(from)).toContain(
    "model servers send the registry's token: its Secret must be in namespace 'acme', too, before an endpoint starts",
  );
});

test('a workload asks over gRPC on that port only', () => {
  const links: Json[] = [];
  made({}, {}, ({ serving }) => {
    const endpoint = serving?.addEndpoint('delay', { model: 'models:/flight-delay/3', need: { memory: '1 GiB' } });
    links.push(endpoint?.client(), endpoint?.client('grpc'));
  });
  expect(links.map(({ values, destination, offers }) => ({ values, port: destination.port, offers }))).toEqual([
    { values: { url: 'http://serving-delay.acme.svc:8080', model: 'flight-delay' }, port: 8080, offers: [] },
    { values: { url: 'serving-delay.acme.svc:8081', model: 'flight-delay' }, port: 8081, offers: [] },
  ]);
});
