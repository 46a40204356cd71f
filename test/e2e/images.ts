import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { mlops } from './kubectl';

const root = resolve(__dirname, '../..');
export const repository = 'lab.local';

/** How images get into the nodes of a cluster without a registry. */
interface Delivery {
  /** Options of `mlops images build`. */
  readonly buildOptions: readonly string[];
  /** Program and arguments that build a folder with a Dockerfile, up to the tag. */
  readonly build: readonly string[];
  readonly load: (reference: string) => void;
  readonly save: (reference: string, file: string) => void;
}

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });

/** The test bed: buildah with a store of its own, a stand-in for distroless, a script that loads into the node. */
function testbed(): Delivery | undefined {
  const load = resolve(root, '../shared/testbed/kubernetes/load.sh');
  const images = join(process.env.TESTBED_HOME ?? join(homedir(), '.cache/mlops-testbed'), 'images');
  if (!existsSync(load) || !existsSync(join(images, '.storage'))) return undefined;
  const store = ['--root', `${images}/.storage`, '--runroot', `${images}/.runroot`, '--storage-driver', 'overlay'];
  const arguments_ = ['--isolation', 'chroot', '--pull-never'];
  const base = 'lab.local/node:24';
  return {
    buildOptions: [
      ...['--builder', 'buildah', '--base', base],
      ...store.map((arg) => `--builder-global-arg=${arg}`),
      ...arguments_.map((arg) => `--builder-arg=${arg}`),
    ],
    build: ['buildah', ...store, 'bud', ...arguments_, '--build-arg', `BASE=${base}`, '-t'],
    load: (reference) => run('bash', load, reference),
    save: (reference, file) => run('buildah', ...store, 'push', '-q', reference, `docker-archive:${file}:${reference}`),
  };
}

/** kind and k3d: docker builds on the public base image. */
function local(): Delivery | undefined {
  const [tool, cluster] = /^(kind|k3d)-(.+)$/.exec(run('kubectl', 'config', 'current-context').trim())?.slice(1) ?? [];
  if (!tool || !cluster) return undefined;
  const load =
    tool === 'kind' ? ['load', 'docker-image', '--name', cluster] : ['image', 'import', '--cluster', cluster];
  return {
    buildOptions: ['--builder', 'docker'],
    build: ['docker', 'build', '-t'],
    load: (reference) => run(tool, ...load, reference),
    save: (reference, file) => run('docker', 'save', '-o', file, reference),
  };
}

export const delivery = (): Delivery | undefined => local() ?? testbed();

function required(): Delivery {
  const found = delivery();
  if (found) return found;
  throw new Error('there is no way to put images into this cluster');
}

/** Makes the images and puts them into the cluster's nodes. @returns megabytes by image, as an uncompressed archive */
export function buildImages(tag: string): Record<string, number> {
  const { buildOptions, build, load } = required();
  const [builder, ...args] = build;
  run('npm', 'run', 'build', '-w', 'services');
  mlops('images', 'build', '--repository', repository, '--tag', tag, ...buildOptions);
  run(builder as string, ...args, `${repository}/trainer:${tag}`, 'test/e2e/trainer');
  return Object.fromEntries(
    ['registry', 'database-bootstrap', 'trainer'].map((name) => {
      load(`${repository}/${name}:${tag}`);
      return [name, Math.round(withArchive(name, tag, (file) => statSync(file).size) / 1e5) / 10];
    }),
  );
}

/** Everything that is in an image, as one archive. */
export const imageContent = (name: string, tag: string): Buffer => withArchive(name, tag, (file) => readFileSync(file));

function withArchive<T>(name: string, tag: string, use: (file: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-image-'));
  const file = join(folder, 'image.tar');
  try {
    required().save(`${repository}/${name}:${tag}`, file);
    return use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
