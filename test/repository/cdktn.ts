// npm run check:cdktn: the example on CDK Terrain, through the alias and the override that the README shows.
// The JSON must be equal but for versions: `//`.metadata.version, which is the version of the toolkit, is taken out on
// both sides. Nothing else is.
import { deepEqual, notEqual } from 'node:assert/strict';
import { Consumer, synthSources, verify } from './consumer';

const cdktn = 'npm:cdktn@^0.24.0';
const consumer = new Consumer({ cdktf: cdktn, overrides: { cdktf: cdktn } });

interface Stack {
  readonly '//': { readonly metadata: { version?: string } };
}
const versionOf = (stack: unknown) => (stack as Stack)['//'].metadata.version;
const withoutVersion = (stacks: Record<string, unknown>) => {
  const copy = structuredClone(stacks) as Record<string, Stack>;
  for (const stack of Object.values(copy)) delete stack['//'].metadata.version;
  return copy;
};

try {
  const [ours, theirs] = [synthSources('example'), consumer.synth()];
  const [a, b] = [ours, theirs].map((stacks) => versionOf(Object.values(stacks)[0]));
  verify({
    [`another toolkit wrote them: ${a} and ${b}`]: () => notEqual(a, b),
    'writes the same stacks but for the version': () => deepEqual(withoutVersion(theirs), withoutVersion(ours)),
  });
} finally {
  consumer.remove();
}
