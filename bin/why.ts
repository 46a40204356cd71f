import { Command } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { platformLabel } from '../lib/core/labels';
import { type Pod, problemOf } from './pod-problem';
import { capture } from './process';
import { stuckResources } from './stuck';

export const whyCommand = () =>
  new Command('why')
    .description(
      'after an apply or destroy that waited in vain: what of a platform is not ready or does not go, and the reason; exit code 2 when there is any, 1 when there is no such platform',
    )
    .argument('[platform]', 'its name (default: every platform of the current kubectl context)')
    .action(explain);

/** @throws PlatformError for a platform that is not there: of nothing nobody can say that nothing is wrong */
function explain(platform: string | undefined): void {
  const all = list<Namespace>('namespaces', '-l', platformLabel);
  const found = all.filter(({ metadata }) => platform === undefined || metadata.labels[platformLabel] === platform);
  if (found.length === 0) throw noPlatform(platform, all);
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
  const lines = [...stuck, ...stuckResources(namespaces), ...unready];
  process.stdout.write(
    lines.length === 0 ? `pods in ${namespaces.join(', ')}: nothing is wrong\n` : `${lines.join('\n')}\n`,
  );
  if (lines.length > 0) process.exitCode = 2;
}

interface Namespace {
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly status: { readonly conditions?: readonly { type: string; status: string; message: string }[] };
}

function noPlatform(platform: string | undefined, all: readonly Namespace[]): PlatformError {
  const there = [...new Set(all.map(({ metadata }) => metadata.labels[platformLabel]))].sort();
  const first = there.length > 0 ? 'name one of these' : 'apply the stack <name>-foundation first';
  return new PlatformError({
    what: `the cluster of the current kubectl context has no platform${platform === undefined ? '' : ` '${platform}'`}`,
    got: there.join(', ') || `no namespace with the label ${platformLabel}`,
    do: `${first}, or choose another cluster by 'kubectl config use-context'`,
  });
}

/** What keeps a namespace from going: objects, and finalizers that a controller has to take off. */
const remaining = ({ conditions = [] }: Namespace['status']) =>
  conditions
    .filter(({ type, status }) => /Remaining$|Failure$/.test(type) && status === 'True')
    .map(({ message }) => message);

const list = <T>(...what: string[]): T[] =>
  (JSON.parse(capture({ command: 'kubectl', args: ['get', ...what, '-o', 'json'] })) as { items: T[] }).items;
