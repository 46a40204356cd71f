import { Command } from 'commander';
import { type Pod, problemOf } from './pod-problem';
import { capture } from './process';

export const whyCommand = () =>
  new Command('why')
    .description(
      'after an apply that waited in vain: each pod of a platform that is not ready, and the reason; exit code 2 when there is any',
    )
    .argument('[platform]', 'its name (default: every platform of the current kubectl context)')
    .action(explain);

function explain(platform: string | undefined): void {
  const label = `mlops-constructs/platform${platform === undefined ? '' : `=${platform}`}`;
  const found = list<Namespace>('namespaces', '-l', label);
  const namespaces = found.map(({ metadata }) => metadata.name);
  const stuck = found.flatMap(({ metadata, status }) => {
    const reasons = metadata.deletionTimestamp === undefined ? [] : remaining(status);
    return reasons.length === 0 ? [] : [`${metadata.name}: is being deleted, and waits: ${reasons.join('; ')}`];
  });
  const unready = namespaces.flatMap((namespace) =>
    list<Pod>('pods', '-n', namespace).flatMap((pod) => {
      const problem = problemOf(pod);
      return problem === undefined ? [] : [`${namespace}/${pod.metadata.name}: ${problem}`];
    }),
  );
  const lines = [...stuck, ...unready];
  const where = namespaces.length === 0 ? `no namespace has the label ${label}` : `pods in ${namespaces.join(', ')}`;
  process.stdout.write(lines.length === 0 ? `${where}: nothing is wrong\n` : `${lines.join('\n')}\n`);
  if (lines.length > 0) process.exitCode = 2;
}

interface Namespace {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: { readonly conditions?: readonly { type: string; status: string; message: string }[] };
}

/** What keeps a namespace from going: objects, and finalizers that a controller has to take off. */
const remaining = ({ conditions = [] }: Namespace['status']) =>
  conditions
    .filter(({ type, status }) => /Remaining$|Failure$/.test(type) && status === 'True')
    .map(({ message }) => message);

const list = <T>(...what: string[]): T[] =>
  (JSON.parse(capture({ command: 'kubectl', args: ['get', ...what, '-o', 'json'] })) as { items: T[] }).items;
