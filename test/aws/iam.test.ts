import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Platform } from '../../stacks/index';
import { example, preset, readSynthesized, type Synthesized, synthesized } from '../harness/synth';
import { awsTarget } from '../harness/targets';
import { type Right, type Role, rolesOf, rolesText } from './iam-roles';

const stacks = ['bootstrap', 'foundation', 'operators', 'data', 'platform'].map((name) => `acme-${name}`);
const list = join(__dirname, 'iam-roles.txt');
const stars: Record<string, string> = JSON.parse(readFileSync(join(__dirname, 'iam-stars.json'), 'utf8'));

const roles = rolesOf(readSynthesized(example('reasonable-aws')), stacks);
const rights = roles.flatMap((role) => role.rights);
const isLoneStar = ({ resource }: Right) => resource === '*';

test('what each role may do is what it was: UPDATE_IAM=1 writes the list anew, for a reviewer to read', () => {
  const text = `${rolesText(roles)}\n`;
  if (process.env.UPDATE_IAM) writeFileSync(list, text);
  expect(text).toBe(readFileSync(list, 'utf8'));
});

test('a star stands for a resource only where AWS has no other', () => {
  expect([...new Set(rights.filter(isLoneStar).map(({ action }) => action))].sort()).toEqual(Object.keys(stars).sort());
  for (const reason of Object.values(stars)) expect(reason).toMatch(/ no resource type/);
});

test('what a star reaches can only be looked at', () => {
  for (const { action } of rights.filter(isLoneStar)) expect(action).toMatch(/:(Describe|Get|List)/);
});

test('no action has a star', () => {
  expect(rights.filter(({ action }) => action.includes('*'))).toEqual([]);
});

test('roles of pods are taken by one ServiceAccount of this cluster each', () => {
  const ofPods = roles.filter(({ trust }) => trust.some((line) => line.startsWith('pods.eks.amazonaws.com')));
  expect(ofPods.length).toBeGreaterThan(6);
  expect(new Set(ofPods.map(({ trust }) => trust.join())).size).toBe(ofPods.length);
  for (const { trust } of ofPods) {
    expect(trust).toHaveLength(1);
    for (const key of ['eks-cluster-name', 'kubernetes-namespace', 'kubernetes-service-account'])
      expect(trust[0]).toMatch(new RegExp(` if aws:RequestTag/${key} StringEquals [\\w-]+`));
  }
});

describe('removing a link removes its statement and nothing else', () => {
  const base = {
    ...preset,
    operators: { ...preset.operators, kueue: { mode: 'install' as const } },
    target: {
      ...awsTarget,
      apiAccess: 'private' as const,
    },
  };
  /** A platform with one job that uses what is named. */
  const made = (...uses: readonly ('read' | 'write')[]) =>
    synthesized((app) => {
      const platform = new Platform(app, base);
      platform.training?.addJob('train', {
        image: 'ghcr.io/acme/train:1',
        uses: Object.fromEntries(
          uses.map((use) => [
            use,
            use === 'read'
              ? platform.stack.objectStore.read('datasets')
              : platform.stack.objectStore.readWrite('reports'),
          ]),
        ),
      });
    });
  const statementsOf = (from: Synthesized): Record<string, object> =>
    Object.fromEntries(
      Object.entries(from.resources('acme-platform').aws_iam_role_policy ?? {}).flatMap(([name, { policy }]) =>
        (JSON.parse(String(policy)).Statement as { Sid: string }[]).map((one) => [`${name} ${one.Sid}`, one]),
      ),
    );
  const both = made('read', 'write');
  const reading = made('read');
  const bare = made();
  const [all, left, none] = [both, reading, bare].map(statementsOf) as [object, object, object];

  test('one of two: its statements go, all others are the same to the letter', () => {
    const gone = Object.entries(all).filter(([id]) => !(id in left));
    expect(gone.length).toBeGreaterThan(0);
    for (const [id, statement] of gone) {
      expect(id).toContain('train');
      expect(JSON.stringify(statement)).toMatch(/reports\/\*|kms:GenerateDataKey/);
    }
    expect(Object.fromEntries(Object.entries(all).filter(([id]) => id in left))).toEqual(left);
    expect(reading.addresses).toEqual(both.addresses);
  });

  test('the last one: its policy goes, the role stays, other roles are untouched', () => {
    const other = (statements: object) => Object.entries(statements).filter(([id]) => !id.includes('train'));
    expect(other(none)).toEqual(other(all));
    expect(Object.keys(none).filter((id) => id.includes('train'))).toEqual([]);
    const names = (from: Synthesized): string[] => rolesOf(from, stacks).map(({ name }: Role) => name);
    expect(names(bare)).toEqual(names(both));
  });
});
