import { Command } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { type ClusterObjects, factsOf, factsText } from './facts';
import { tryCapture } from './process';

interface Options {
  readonly context?: string;
}

export const nodesCommand = () =>
  new Command('nodes')
    .description('prints what synth can check without a connection: nodes, GPUs, definitions, storage classes')
    .option('--context <name>', 'context of the kubeconfig (default: the current one)')
    .addHelpText('after', "\nmlops nodes > cluster.json, then facts: 'cluster.json' in the target of your preset.")
    .action((options: Options) => {
      process.stdout.write(factsText(factsOf(readCluster(options), new Date())));
    });

/** @throws PlatformError with everything that could not be read */
function readCluster({ context }: Options): ClusterObjects {
  const problems: PlatformError[] = [];
  const read = <T>(what: string, ...args: readonly string[]): T | undefined => {
    try {
      return kubectl<T>(what, [...(context === undefined ? [] : ['--context', context]), ...args, '-o', 'json']);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      problems.push(error);
      return undefined;
    }
  };
  const list = <T>(what: string, resource: string) => read<{ items: readonly T[] }>(what, 'get', resource)?.items ?? [];
  // first of all: without an answer nothing else is asked
  const version = read<{ serverVersion?: { gitVersion: string } }>('its version', 'version')?.serverVersion?.gitVersion;
  if (version === undefined) throw problems[0] ?? unreachable('its version', 'no server');
  const objects: ClusterObjects = {
    version,
    nodes: list('nodes', 'nodes'),
    definitions: list('definitions', 'customresourcedefinitions.apiextensions.k8s.io'),
    storageClasses: list('storage classes', 'storageclasses.storage.k8s.io'),
  };
  if (problems.length > 0) throw new PlatformError(...problems.flatMap((problem) => problem.problems));
  return objects;
}

function kubectl<T>(what: string, args: readonly string[]): T {
  const result = tryCapture({ command: 'kubectl', args: [...args, '--request-timeout=60s'] });
  if (!result)
    throw new PlatformError({
      what: 'mlops nodes needs kubectl',
      got: 'none on PATH',
      do: 'install it, or add its folder to PATH',
    });
  if (result.status !== 0) throw unreachable(what, result.stderr.trim().split('\n').at(-1) ?? '');
  return JSON.parse(result.stdout) as T;
}

const unreachable = (what: string, got: string) =>
  new PlatformError({
    what: `kubectl cannot read ${what} of the cluster`,
    got,
    do: 'choose the cluster by KUBECONFIG or --context, and see that you may list nodes, definitions and storage classes',
  });
