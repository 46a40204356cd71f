import { Command, InvalidArgumentError } from 'commander';
import { PlatformError } from '../lib/core/errors';
import { jobFrom, type Template } from './job';
import { capture, tryCapture } from './process';

interface Options {
  readonly array?: number;
  readonly parallel?: number;
  readonly namespace?: string;
  readonly set: Readonly<Record<string, string>>;
  readonly dryRun?: true;
}

export const runCommand = () =>
  new Command('run')
    .description('makes a Job from a job template of the platform, on the cluster of the current kubectl context')
    .argument('<name>', 'the template')
    .option('--array <n>', 'number of pods; each knows its own JOB_COMPLETION_INDEX, from 0', positiveInteger)
    .option('--parallel <n>', 'pods of an array that run at the same time (default: all)', positiveInteger)
    .option('--namespace <ns>', 'namespace of the template (default: the only one that holds templates of a platform)')
    .option('--set <KEY=VALUE>', 'variable for its containers, may be repeated', variable, {})
    .option('--dry-run', 'prints the Job and makes none')
    .action(runTemplate);

function runTemplate(name: string, options: Options): void {
  const namespace = options.namespace ?? onlyNamespace();
  const job = jobFrom(readTemplate(name, namespace), {
    time: new Date(),
    array: options.array,
    parallel: options.parallel,
    set: options.set,
  });
  const text = `${JSON.stringify(job, null, 2)}\n`;
  if (!options.dryRun) capture({ command: 'kubectl', args: ['create', '-f', '-'] }, text);
  process.stdout.write(options.dryRun ? text : `${job.metadata.name}\n`);
}

/** @throws PlatformError naming the templates that there are */
function readTemplate(name: string, namespace: string): Template {
  const result = tryCapture({ command: 'kubectl', args: ['get', 'cronjob', name, '-n', namespace, '-o', 'json'] });
  if (result?.status === 0) return JSON.parse(result.stdout) as Template;
  if (result && !/NotFound/.test(result.stderr)) throw clusterError(result.stderr);
  const there = listTemplates(['-n', namespace]).map(({ metadata }) => metadata.name);
  throw new PlatformError({
    what: `namespace '${namespace}' has no job template '${name}'`,
    got: there.length > 0 ? there.join(', ') : 'none at all',
    do:
      there.length > 0
        ? 'run one of these, or add it to the platform and deploy'
        : 'name another --namespace, or deploy the platform first',
  });
}

function onlyNamespace(): string {
  const namespaces = [
    ...new Set(
      listTemplates(['-A', '-l', 'app.kubernetes.io/managed-by=mlops-constructs']).map(
        ({ metadata }) => metadata.namespace,
      ),
    ),
  ];
  const [only] = namespaces;
  if (only !== undefined && namespaces.length === 1) return only;
  throw new PlatformError({
    what: 'the namespace of the job template is not clear',
    got:
      namespaces.length > 0
        ? `templates in ${namespaces.sort().join(', ')}`
        : 'no template of a platform in any namespace',
    do: namespaces.length > 0 ? 'choose one by --namespace' : 'deploy the platform first, or name it by --namespace',
  });
}

function listTemplates(where: readonly string[]): Template[] {
  const result = tryCapture({ command: 'kubectl', args: ['get', 'cronjobs', ...where, '-o', 'json'] });
  if (!result)
    throw new PlatformError({
      what: 'mlops run needs kubectl',
      got: 'none on PATH',
      do: 'install it, or add its folder to PATH',
    });
  if (result.status !== 0) {
    if (where.includes('-A') && /Forbidden/.test(result.stderr))
      throw new PlatformError({
        what: 'the namespace of the job template is not clear',
        got: lastLine(result.stderr),
        do: 'name it by --namespace',
      });
    throw clusterError(result.stderr);
  }
  return (JSON.parse(result.stdout) as { items: Template[] }).items;
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';

const clusterError = (stderr: string) =>
  new PlatformError({
    what: 'kubectl cannot read job templates',
    got: lastLine(stderr),
    do: "choose the cluster by KUBECONFIG or 'kubectl config use-context', and see that you may read CronJobs",
  });

function positiveInteger(value: string): number {
  if (!/^[1-9]\d{0,4}$/.test(value)) throw new InvalidArgumentError('give a number of pods from 1 to 99999.');
  return Number(value);
}

function variable(value: string, previous: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, text] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(value) ?? [];
  if (name === undefined || text === undefined)
    throw new InvalidArgumentError('write it as KEY=VALUE, the key as an environment variable.');
  return { ...previous, [name]: text };
}
