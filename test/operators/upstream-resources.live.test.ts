import { operatorPolicy } from '../../lib/operators/network-policy';
import { noCluster, withDefinitions } from './api-server';
import { definitionOf } from './definitions';
import { changed, judged, withoutUpstream } from './judged';
import { plain } from './operators';

const without = withoutUpstream ?? noCluster;
if (without) process.stderr.write(`skipped: ${without}\n`);

(without ? test.skip : test)(
  'a real API server with the real definitions accepts every one of them, and refuses planted ones',
  () => {
    const names = [...new Set(judged.flatMap((manifest) => definitionOf(manifest) ?? []))];
    withDefinitions(names, (refusal) => {
      process.stdout.write(
        `${judged.length} custom resources judged by an API server with ${names.length} definitions\n`,
      );
      const policies = plain.map(({ chart: { namespace }, network }) =>
        operatorPolicy({ platform: 'acme', namespace, network }),
      );
      expect(refusal(...judged, ...policies)).toBeUndefined();
      for (const { kind, wrong, because } of planted) expect(refusal(changed(kind, wrong))).toMatch(because);
      // rules in CEL, which no schema knows
      expect(refusal(changed('DatabaseRole', { name: 'pg_registry' }))).toMatch(/reserved by PostgreSQL/);
      expect(refusal(changed('Database', { name: 'postgres' }))).toMatch(/the name postgres is reserved/);
      expect(refusal(changed('Cluster', { storag: {} }))).toMatch(/unknown field "spec.storag"/);
    });
  },
  600_000,
);

const planted = [
  { kind: 'ClusterSecretStore', wrong: { provider: { aws: { service: 'Secrets' } } }, because: /region.*Required/s },
  { kind: 'ExternalSecret', wrong: { refreshIntervall: '1h' }, because: /unknown field "spec.refreshIntervall"/ },
  { kind: 'Issuer', wrong: { selfSigned: { ca: 'x' } }, because: /unknown field "spec.selfSigned.ca"/ },
  { kind: 'Certificate', wrong: { privateKey: { algorithm: 'EC' } }, because: /Unsupported value: "EC"/ },
  { kind: 'EnvoyProxy', wrong: { provider: { type: 'Docker' } }, because: /Unsupported value: "Docker"/ },
  { kind: 'GatewayClass', wrong: { controllerName: 'envoy' }, because: /controllerName/ },
  { kind: 'Gateway', wrong: { listeners: [{ name: 'http', port: 80, protocol: 'HTTP', tls: {} }] }, because: /tls/ },
  { kind: 'HTTPRoute', wrong: { rules: [{ filters: [{ type: 'Redirect' }] }] }, because: /Unsupported value/ },
  { kind: 'GRPCRoute', wrong: { rules: [{ backendRefs: [{ name: 'a', weight: -1 }] }] }, because: /weight/ },
  { kind: 'ServiceMonitor', wrong: { targetLabel: ['a'] }, because: /unknown field "spec.targetLabel"/ },
];
