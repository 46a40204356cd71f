import { type Source, sources } from './sources';

/** Classes of the targets, by what their folders declare. */
const classes = sources('lib/aws', 'lib/kubernetes').flatMap(({ text }) =>
  [...text.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)].map(([, name]) => name ?? ''),
);

const kinds = "'(?:aws|kubernetes)'";
/** How one could ask for the kind of a target: by comparing it, in a switch, or by looking for what only one has. */
const questions = [
  new RegExp(`[!=]==? ${kinds}`, 'g'),
  new RegExp(`${kinds} [!=]==?`, 'g'),
  new RegExp(`case ${kinds}:`, 'g'),
  /'(?:kubeconfig|region|account)' in (?:\w+\.)*\w*[tT]arget/g,
];

/** Who asks which target it is on. A target may ask about itself: what its own settings say is no other target. */
function asking({ path, text }: Source): string[] {
  if (path === 'lib/targets.ts') return [];
  const found = questions.flatMap((question) => [...text.matchAll(question)].map(([match]) => match));
  const asked = [...text.matchAll(/instanceof (\w+)/g)]
    .filter(([, name = '']) => classes.includes(name))
    // a class may compare itself with its like
    .filter(([, name]) => !new RegExp(`^(?:export )?(?:abstract )?class ${name}\\b`, 'm').test(text))
    .map(([match]) => match);
  return [...found, ...asked].map((match) => `${path}: ${match}`);
}

test('classes of targets are known to this check', () => {
  expect(classes).toEqual(
    expect.arrayContaining(['AwsTarget', 'KubernetesTarget', 'EksByName', 'Cluster', 'S3Bucket']),
  );
});

test.each([
  ["if (spec.kind === 'aws') addBucket();", 1],
  ["const region = 'kubernetes' !== target.kind ? target.region : '';", 1],
  ["switch (target.kind) {\n  case 'aws':\n}", 1],
  ["if ('region' in preset.target) return;", 1],
  ['if (target instanceof AwsTarget) return;', 1],
  ['return cluster instanceof Cluster ? cluster.pullSecrets : [];', 1],
  ['class Cluster {}\nconst same = other instanceof Cluster;', 0],
  ['if (error instanceof PlatformError) throw error;', 0],
  ["const kind = 'aws';", 0],
])('%s: %d found', (text, count) => {
  expect(asking({ path: 'stacks/planted.ts', text })).toHaveLength(count);
});

test('nothing asks which target it is on, but the one map', () => {
  expect(sources('lib', 'stacks', 'bin', 'examples').flatMap(asking)).toEqual([]);
});
