import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { PlatformError, type Problem } from '../lib/core/errors';
import { platformNameProblems } from '../lib/core/names';
import { libraryVersion } from '../lib/core/version';
import { filesOf } from './template';

interface Options {
  readonly target: 'kubernetes' | 'aws';
  readonly state: 'local' | 's3';
  readonly toolkit: 'cdktf' | 'cdktn';
  readonly name?: string;
  readonly repository?: string;
}

export const initCommand = () =>
  new Command('init')
    .description(
      'makes a repository of your own: preset, app, test and a workflow for pull requests; overwrites nothing',
    )
    .argument('[dir]', 'folder, made where there is none', '.')
    .addOption(
      new Option('--target <kind>', 'where the platform lands').choices(['kubernetes', 'aws']).makeOptionMandatory(),
    )
    .addOption(
      new Option('--state <mode>', "where Terraform keeps its state: files, or a team's bucket")
        .choices(['local', 's3'])
        .default('local'),
    )
    .addOption(
      new Option('--toolkit <name>', 'cdktf, which is archived, or its fork')
        .choices(['cdktf', 'cdktn'])
        .default('cdktf'),
    )
    .option('--name <name>', "the platform's name (default: the folder's)")
    .option('--repository <repository>', 'where the images lie (default: one to be edited)')
    .action(init);

/** @throws PlatformError with every wrong name, and every file that is there already */
function init(dir: string, { target, state, toolkit, ...options }: Options): void {
  const folder = resolve(dir);
  const name = options.name ?? basename(folder);
  const repository = options.repository ?? defaultRepository[target](name);
  const layers = ['common', target, `state-${state}`, ...(toolkit === 'cdktn' ? ['cdktn'] : [])];
  const files = filesOf(layers, { NAME: name, REPOSITORY: repository, VERSION: libraryVersion() });
  const problems: Problem[] = [
    ...platformNameProblems(name),
    ...repositoryProblems(repository),
    ...conflicts(folder, [...files.keys()]),
  ];
  if (problems.length > 0) throw new PlatformError(...problems);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // 'wx': also a file that came in between is not overwritten
    writeFileSync(join(folder, path), text, { flag: 'wx' });
  }
  process.stdout.write(said(folder, [...files.keys()]));
}

const defaultRepository = {
  kubernetes: (name: string) => `ghcr.io/${name}/mlops`,
  aws: (name: string) => `111122223333.dkr.ecr.eu-west-1.amazonaws.com/${name}`,
};

const repositoryProblems = (repository: string): Problem[] =>
  /^[a-z0-9][\w./:-]*[a-z0-9]$/i.test(repository)
    ? []
    : [{ what: '--repository is no place for images', got: `'${repository}'`, do: "write it as 'ghcr.io/acme/mlops'" }];

function conflicts(folder: string, paths: readonly string[]): Problem[] {
  const there = paths.filter((path) => existsSync(join(folder, path)));
  if (there.length === 0) return [];
  return [
    {
      what: `'${folder}' has files that mlops init would write`,
      got: there.join(', '),
      do: 'name another folder, or move them away: nothing was written',
    },
  ];
}

function said(folder: string, paths: readonly string[]): string {
  const to = relative(process.cwd(), folder);
  return `${paths.map((path) => `  ${path}`).join('\n')}

Next:
${to === '' ? '' : `  cd ${to}\n`}  npm install && npm test   # commit package-lock.json, CI needs it
  grep -rn EDIT . --include='*.ts' --include='*.yaml' --exclude-dir=node_modules   # what stands in for your own
  npx mlops synth
`;
}
