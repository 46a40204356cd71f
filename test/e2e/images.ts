import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serviceImages } from '../../lib/core/images';
import { mlops } from './kubectl';
import { withNodeFolder, withPythonFolder, withShellFolder } from './stand-ins';

const root = resolve(__dirname, '../..');
export const repository = 'lab.local';
/** What the test bed has instead of distroless, and the same with what native modules need of the C library. */
const [bareNode, nodeBase] = [`${repository}/node:24`, `${repository}/node-native:24`];
/** Image of the example's trainer. */
export const flightTrainer = 'train-flight-delay';
/** The services, and a stand-in for a trainer. */
export const ourImages = [...serviceImages, 'trainer'] as const;

/** How images get into the nodes of a cluster without a registry. */
interface Delivery {
  /** Options of `mlops images build`. */
  readonly buildOptions: readonly string[];
  /** Builds a folder with a Dockerfile. @param base stands in for the public base image where there is none */
  readonly build: (reference: string, folder: string, base: string) => void;
  /** Makes the stand-in for the public image of Python, with the packages of this one. @returns its name */
  readonly pythonBase: (python: string) => string;
  /** Makes what `buildOptions` and `base` name, where that is not public. */
  readonly prepare: () => void;
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
  const build = (reference: string, folder: string, base: string) =>
    run('buildah', ...store, 'bud', ...arguments_, '--build-arg', `BASE=${base}`, '-t', reference, folder);
  return {
    buildOptions: [
      ...['--builder', 'buildah', '--base', nodeBase],
      ...store.map((arg) => `--builder-global-arg=${arg}`),
      ...arguments_.map((arg) => `--builder-arg=${arg}`),
    ],
    build,
    prepare: () =>
      withNodeFolder(bareNode, resolve(root, 'services/dist/model-server/onnxruntime/linux/x64'), (folder) =>
        build(nodeBase, folder, ''),
      ),
    pythonBase: (python) => {
      const content = run(python, '-m', 'pip', 'freeze', '--all') + readFileSync(join(__dirname, 'stand-ins.ts'));
      const stamp = createHash('sha256').update(content).digest('hex').slice(0, 12);
      const reference = `${repository}/python:${stamp}`;
      const isThere = run('buildah', ...store, 'images', '-a', '--format', '{{.Name}}:{{.Tag}}').includes(reference);
      if (!isThere) withPythonFolder(python, (folder) => build(reference, folder, ''));
      return reference;
    },
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
    // what the Dockerfile names is public
    build: (reference, folder) => run('docker', 'build', '-t', reference, folder),
    pythonBase: () => '',
    prepare: () => {},
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

/**
 * Makes the images and puts them into the cluster's nodes.
 * @param python with what the trainer of the example needs; without it, there is no image of that
 * @returns megabytes by image, as an uncompressed archive
 */
export function buildImages(tag: string, python: string | undefined): Record<string, number> {
  const { buildOptions, build, load, prepare, pythonBase } = required();
  run('npm', 'run', 'build', '-w', 'services');
  prepare();
  mlops('images', 'build', '--repository', repository, '--tag', tag, ...buildOptions);
  build(`${repository}/trainer:${tag}`, 'test/e2e/trainer', nodeBase);
  if (python) build(`${repository}/${flightTrainer}:${tag}`, 'examples/flight-delay/trainer', pythonBase(python));
  return Object.fromEntries(
    [...ourImages, ...(python ? [flightTrainer] : [])].map((name) => {
      load(`${repository}/${name}:${tag}`);
      return [name, Math.round(withArchive(name, tag, (file) => statSync(file).size) / 1e5) / 10];
    }),
  );
}

/** Puts an image of {@link withShellFolder} into the cluster's nodes. */
export function buildStandIn(reference: string, programs: Readonly<Record<string, string>>): void {
  const { build, load } = required();
  withShellFolder(programs, (folder) => build(reference, folder, ''));
  load(reference);
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
