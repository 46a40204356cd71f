import { readFileSync } from 'node:fs';
import {
  canaryOf,
  challenger,
  champion,
  containerOf,
  type Json,
  made,
  manifestsOf,
  ofServing,
  variables,
} from './serving';

/** What differs between two sets of resources: attribute paths, whole texts of Helm values line by line. */
function differences(before: Json, after: Json, path = ''): string[] {
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null)
    return before === after ? [] : [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], path === '' ? key : `${path} ${key}`),
  );
}

test('routes: one host name for REST, one for gRPC, shares for both tracks, no way to load and unload', () => {
  const [monitor, http, grpc] = manifestsOf(made({ endpoints: { delay: canaryOf(10) } }));
  const parentRefs = [{ name: 'public', namespace: 'gateways' }];
  const metadata = { name: 'serving-delay', namespace: 'acme', labels: { 'mlops-constructs/endpoint': 'delay' } };
  expect(http).toEqual({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata,
    spec: {
      parentRefs,
      hostnames: ['delay.example.com'],
      rules: [
        {
          matches: [
            { path: { type: 'Exact', value: '/v2' } },
            { path: { type: 'PathPrefix', value: '/v2/health' } },
            { path: { type: 'PathPrefix', value: '/v2/models' } },
          ],
          timeouts: { request: '35s' },
          backendRefs: [
            { name: 'serving-delay', port: 8080, weight: 90 },
            { name: 'serving-delay-canary', port: 8080, weight: 10 },
          ],
        },
      ],
    },
  });
  expect(grpc).toMatchObject({
    kind: 'GRPCRoute',
    metadata,
    spec: {
      parentRefs,
      hostnames: ['delay-grpc.example.com'],
      rules: [
        {
          backendRefs: [
            { name: 'serving-delay', port: 8081, weight: 90 },
            { name: 'serving-delay-canary', port: 8081, weight: 10 },
          ],
        },
      ],
    },
  });
  const methods = grpc.spec.rules[0].matches.map(({ method }: Json) => `${method.service}/${method.method ?? ''}`);
  const proto = readFileSync('services/model-server/grpc/inference.proto', 'utf8');
  const calls = [...proto.matchAll(/rpc (\w+)/g)].map(([, call]) => `inference.GRPCInferenceService/${call}`);
  const inside = calls.filter((call) => /Repository/.test(call));
  expect(inside).toHaveLength(3);
  expect(methods.sort()).toEqual([...calls.filter((call) => !inside.includes(call)), 'grpc.health.v1.Health/'].sort());
  expect(monitor).toEqual({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { ...metadata, labels: { ...metadata.labels, release: 'prometheus' } },
    spec: {
      selector: { matchLabels: { 'mlops-constructs/endpoint': 'delay' } },
      targetLabels: ['mlops-constructs/endpoint', 'mlops-constructs/track'],
      endpoints: [{ port: 'http', path: '/metrics', interval: '30s' }],
    },
  });
});

test('the canary serves its own model under the same name', () => {
  const from = made({ log: 'on', endpoints: { delay: canaryOf(10) } });
  const [main, canary] = [containerOf(from, 'Champion'), containerOf(from, 'Canary')];
  expect(variables(canary)).toEqual({ ...variables(main), MODEL_URI: challenger });
  expect(variables(main)).toMatchObject({ MODEL_URI: champion, MODEL_NAME: 'delay' });
});

test('rollback by weight: the plan changes one attribute of one resource, and in it the shares only', () => {
  const [before, after] = [10, 0].map((weight) => ofServing(made({ endpoints: { delay: canaryOf(weight) } })));
  expect(differences(before, after)).toEqual(['helm_release.Serving_delay_Manifests values 0']);
  const lines = (from: Json): string[] =>
    from['helm_release.Serving_delay_Manifests'].values[0].split('\n').map((line: string) => line.trim());
  const changed = lines(before).flatMap((line, index) => {
    const other = lines(after)[index];
    return line === other ? [] : [`${line} → ${other}`];
  });
  expect(changed).toEqual([
    '"weight": 90 → "weight": 100',
    '"weight": 10 → "weight": 0',
    '"weight": 90 → "weight": 100',
    '"weight": 10 → "weight": 0',
  ]);
});

test('rollback by taking the canary out: nothing of the champion changes', () => {
  const { canary: _, ...rest } = canaryOf(10);
  const [before, after] = [canaryOf(10), rest].map((one) => ofServing(made({ endpoints: { delay: one } })));
  expect(
    differences(before, after)
      .map((path) => path.split(' ')[0])
      .filter((address) => !address?.includes('Canary')),
  ).toEqual(['helm_release.Serving_delay_Manifests']);
});
