import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Aspects } from 'cdktf';
import { type IAddon, PlatformApp, PlatformError } from 'mlops-constructs';
import { Platform, type PlatformProps } from 'mlops-constructs/stacks';
import { Alerts } from './acme/alerts';
import { CompanyRules } from './acme/company-rules';
import { DataCentre } from './acme/data-centre';
import { acme } from './acme/preset';
import { Retraining } from './acme/retraining';

const target = DataCentre.of({
  site: 'dc2',
  pools: {
    cpu: { nodes: 3, cpu: 16, memory: '64 GiB' },
    a30: { nodes: 1, cpu: 32, memory: '256 GiB', accelerator: 'A30' },
  },
});
const preset: PlatformProps = { ...acme, name: 'ads', target };

/** What the tests look at: of a release, of anything in Kubernetes, of a job template. */
interface Resource {
  readonly name: string;
  readonly namespace: string;
  readonly values: readonly [string];
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly schedule: string;
    readonly job_template: { readonly spec: { readonly template: Template } };
  };
}
interface Template {
  readonly spec: { readonly container: readonly [{ readonly env: readonly { name: string; value: string }[] }] };
}
interface Stack {
  readonly resource: Readonly<Record<string, Readonly<Record<string, Resource>>>>;
  readonly terraform: { readonly backend: unknown };
}

/** Synthesizes what `build` adds to an app, and reads a stack of it. */
function synthesized(build: (app: PlatformApp) => void): (stack: string) => Stack {
  const folder = mkdtempSync(join(tmpdir(), 'acme-'));
  after(() => rmSync(folder, { recursive: true }));
  const outdir = join(folder, 'cdktf.out');
  const app = new PlatformApp({ outdir });
  build(app);
  app.synth();
  return (stack) => JSON.parse(readFileSync(join(outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8'));
}

/** What synth says of it: all problems, each with its path. */
function problemsOf(build: (app: PlatformApp) => void): readonly string[] {
  try {
    synthesized(build);
  } catch (error) {
    if (error instanceof PlatformError) return error.problems;
    throw error;
  }
  return [];
}

const releases = ({ resource }: Stack) => Object.values(resource.helm_release ?? {});

test('preset: every platform keeps its state in the bucket of the company, and takes its images from its registry', () => {
  const read = synthesized((app) => new Platform(app, preset));
  for (const stack of ['ads-foundation', 'ads-data', 'ads-platform'])
    assert.match(JSON.stringify(read(stack).terraform.backend), /"bucket":"acme-terraform"/);
  assert.match(JSON.stringify(read('ads-platform')), /registry\.acme\.example\/mlops\/registry:/);
});

test('preset: a typo is found, also beside a target that is no data', () => {
  const typo = { ...preset, registry: { ...preset.registry, replcas: 3 } } as PlatformProps;
  assert.deepEqual(
    problemsOf((app) => new Platform(app, typo)),
    ['the preset is wrong at registry, got the keys mode, replicas, replcas; correct it: Unrecognized key: "replcas"'],
  );
});

test('add-on: lands in the stack of the workloads', () => {
  const read = synthesized((app) => new Platform(app, preset, [new Alerts(10)]));
  const alerts = releases(read('ads-platform')).find(({ name }) => name === 'alerts');
  assert.match(alerts?.values[0] ?? '', /"?for"?: "?10m"?/);
});

test('add-on: says what cannot work', () => {
  const off: PlatformProps = { ...preset, registry: { mode: 'off' } };
  assert.deepEqual(
    problemsOf((app) => new Platform(app, off, [new Alerts(10)])),
    [
      "Alerts watch the registry, which is off, got registry.mode 'off'; turn it on, or leave the add-on out (ads-platform)",
    ],
  );
});

test('Aspect: every resource of Kubernetes carries the cost center', () => {
  const read = synthesized((app) => {
    Aspects.of(app).add(new CompanyRules('42'));
    new Platform(app, preset);
  });
  const all = ['ads-foundation', 'ads-data', 'ads-platform'].flatMap((stack) =>
    Object.entries(read(stack).resource).flatMap(([type, byName]) =>
      type.startsWith('kubernetes_') ? Object.values(byName) : [],
    ),
  );
  assert.ok(all.length > 10);
  for (const { metadata } of all) assert.equal(metadata.labels?.['cost-center'], '42');
});

test('Aspect: what is open, and what says not what it is, is refused, all at once', () => {
  const shop: IAddon<Platform> = {
    bind: (scope) => {
      new ServiceV1(scope, 'Shop', { metadata: { name: 'shop' }, spec: { type: 'LoadBalancer' } });
      const container = [{ name: 'shop', image: 'shop:1' }];
      const template = { metadata: { labels: { app: 'shop' } }, spec: { container } };
      const spec = { selector: { matchLabels: { app: 'shop' } }, template };
      new DeploymentV1(scope, 'ShopPods', { metadata: { name: 'shop', labels: { app: 'shop' } }, spec });
    },
  };
  const problems = problemsOf((app) => {
    Aspects.of(app).add(new CompanyRules('42'));
    new Platform(app, preset, [shop]);
  });
  assert.deepEqual(problems, [
    'nothing of ours is open beside the gateway, got a Service of type LoadBalancer; give it a hostname through operators.gateway (ads-platform/Shop)',
    "every workload says what it is, in the label 'app.kubernetes.io/name', got app; add the label (ads-platform/ShopPods)",
  ]);
});

test('construct: a team gets its two jobs, each with its folder of the bucket', () => {
  const read = synthesized((app) => {
    const { training, stack } = new Platform(app, preset);
    assert.ok(training);
    new Retraining(stack, 'Ranking', { training, store: stack.objectStore, team: 'ranking' });
  });
  const jobs = Object.values(read('ads-platform').resource.kubernetes_cron_job_v1 ?? {});
  const seen = jobs.map(({ metadata, spec }) => {
    const [container] = spec.job_template.spec.template.spec.container;
    const prefix = container.env.find(({ name }) => name === 'DATA_PREFIX');
    return [metadata.name, spec.schedule, prefix?.value];
  });
  assert.deepEqual(seen.sort(), [
    ['ranking-prepare', '0 2 * * *', 'teams/ranking'],
    ['ranking-train', '0 4 * * 0', 'teams/ranking'],
  ]);
});

test('target: addresses follow from the site, and every namespace has its limits', () => {
  const read = synthesized((app) => new Platform(app, preset));
  assert.match(JSON.stringify(read('ads-data').resource), /postgres\.dc2\.acme\.example/);
  const limits = releases(read('ads-foundation')).filter(({ name }) => name === 'limits');
  assert.deepEqual(limits.map(({ namespace }) => namespace).sort(), ['ads', 'ads-jobs']);
});
