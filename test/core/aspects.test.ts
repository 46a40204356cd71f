import { Aspects, type IAspect } from 'cdktf';
import type { IConstruct } from 'constructs';
import { report } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { preset, problemsOf, synthesized } from '../harness/synth';

/** How often it saw each construct. */
class Visits implements IAspect {
  readonly counts = new Map<string, number>();

  visit({ node }: IConstruct): void {
    this.counts.set(node.path, (this.counts.get(node.path) ?? 0) + 1);
  }
}

test('an Aspect visits what stands below its place, once', () => {
  const [ofApp, ofStack] = [new Visits(), new Visits()];
  synthesized((app) => {
    const { stack } = new Platform(app, preset);
    Aspects.of(app).add(ofApp);
    Aspects.of(stack).add(ofStack);
    // put there twice, it is one
    Aspects.of(stack).add(ofApp);
  });
  expect(new Set([...ofApp.counts.values(), ...ofStack.counts.values()])).toEqual(new Set([1]));
  expect([...ofApp.counts.keys()]).toEqual(expect.arrayContaining(['acme/Target/Cluster', 'acme-data/Databases/Job']));
  expect([...ofStack.counts.keys()].filter((path) => !path.startsWith('acme-platform'))).toEqual([]);
  expect(ofStack.counts.get('acme-platform/Registry')).toBe(1);
});

test('what Aspects report stands with the problems of all stacks, and nothing is written', () => {
  const problems = problemsOf((app) => {
    new Platform(app, { ...preset, registry: { mode: 'on', hostname: 'mlflow.example.com' } });
    Aspects.of(app).add({
      visit: (construct) => {
        if (['acme-data/Databases', 'acme-platform/Registry'].includes(construct.node.path))
          report(construct, { what: 'no', got: 'it', do: 'leave it' });
      },
    });
  });
  expect(problems).toEqual([
    "registry.hostname needs a gateway, got 'mlflow.example.com' with operators.gateway.mode 'off'; name your Gateway in operators.gateway, or leave hostname out (acme)",
    'no, got it; leave it (acme-data/Databases)',
    'no, got it; leave it (acme-platform/Registry)',
  ]);
});
