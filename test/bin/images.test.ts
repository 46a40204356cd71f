import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Builder, buildLine, digestOf, inspectLine, isInRegistry, pushLine } from '../../bin/builder';
import { mergeLock } from '../../bin/image-lock';
import { Workbench } from './mlops';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const commandOf = ({ command, args }: { command: string; args: readonly string[] }) => [command, ...args].join(' ');

describe('command lines', () => {
  const buildah: Builder = { name: 'buildah', globalArgs: ['--root', '/store'], args: ['--isolation', 'chroot'] };
  const docker: Builder = { name: 'docker', globalArgs: [], args: [] };
  const image = { reference: 'ghcr.io/acme/registry:1', service: 'registry', context: '/s' };

  test.each([
    [docker, 'docker build --build-arg SERVICE=registry -f /s/Dockerfile -t ghcr.io/acme/registry:1 /s'],
    [
      { ...docker, name: 'podman' as const },
      'podman build --build-arg SERVICE=registry -f /s/Dockerfile -t ghcr.io/acme/registry:1 /s',
    ],
    [
      buildah,
      'buildah --root /store bud --isolation chroot --build-arg SERVICE=registry -f /s/Dockerfile -t ghcr.io/acme/registry:1 /s',
    ],
  ])('build with $name', (builder, expected) => {
    expect(commandOf(buildLine(builder, image))).toBe(expected);
  });

  test('the base is passed on', () => {
    expect(commandOf(buildLine(docker, { ...image, base: 'node:24' }))).toContain(
      '--build-arg BASE=node:24 --build-arg SERVICE=registry',
    );
  });

  test('push asks for the digest where the builder can write it', () => {
    expect(commandOf(pushLine(docker, image.reference, '/d'))).toBe('docker push ghcr.io/acme/registry:1');
    expect(commandOf(pushLine({ ...buildah, args: ['--tls-verify=false'] }, image.reference, '/d'))).toBe(
      'buildah --root /store push --tls-verify=false --digestfile /d ghcr.io/acme/registry:1',
    );
  });

  test('inspect asks the registry, not the local store', () => {
    expect(commandOf(inspectLine({ ...buildah, args: [] }, 'r/x@sha256:0'))).toBe(
      'buildah --root /store manifest inspect r/x@sha256:0',
    );
    expect(commandOf(inspectLine(docker, 'r/x@sha256:0'))).toBe('docker manifest inspect r/x@sha256:0');
  });

  test.each([
    [0, '', true],
    [125, 'Error: manifest is of type application/vnd.oci.image.manifest.v1+json (not a list type)', true],
    [125, 'Error: reading image: manifest unknown', false],
    [null, '', false],
  ])('exit %s with %j means that the image is there: %s', (status, stderr, there) => {
    expect(isInRegistry({ status, stderr })).toBe(there);
  });

  test('the digest of docker is the one of our repository, also with a port', () => {
    const both = JSON.stringify([`other/registry@${digest('1')}`, `localhost:5000/a/registry@${digest('2')}`]);
    expect(digestOf('localhost:5000/a/registry:1', both)).toBe(digest('2'));
    expect(digestOf('localhost:5000/b/registry:1', both)).toBeUndefined();
  });
});

describe('the lock', () => {
  const lock = { repository: 'ghcr.io/acme', images: { registry: digest('1'), trainer: digest('2') } };

  test('keeps what was not pushed, and sorts by name', () => {
    const merged = mergeLock(lock, 'ghcr.io/acme', { registry: digest('3'), features: digest('4') });
    expect(Object.entries(merged.images)).toEqual([
      ['features', digest('4')],
      ['registry', digest('3')],
      ['trainer', digest('2')],
    ]);
  });

  test('of another repository is refused', () => {
    expect(() => mergeLock(lock, 'quay.io/acme', {})).toThrow(
      "the lock file holds images of 'ghcr.io/acme', got 'quay.io/acme' to push to; push there, or keep one lock file per repository (--lock)",
    );
  });
});

// the builders are stand-ins here: a bare machine has none, and no registry to push to
describe('mlops images', () => {
  let bench: Workbench;
  beforeAll(() => {
    bench = new Workbench();
  });
  afterEach(() => {
    for (const path of ['path', 'calls', 'node_modules', 'images.lock.json', 'cdktf.out'])
      rmSync(join(bench.folder, path), { recursive: true, force: true });
  });

  const services = (...compiled: string[]) => {
    bench.write('node_modules/mlops-services/package.json', { version: '0.1.0' });
    for (const name of compiled) bench.write(`node_modules/mlops-services/dist/${name}/main.js`, '');
  };
  const podman = () => bench.program('podman', `[ "$1" = push ] && echo ${digest('a')} > "$3"\nexit 0`);
  const lock = () => JSON.parse(readFileSync(join(bench.folder, 'images.lock.json'), 'utf8'));
  const calls = () => readFileSync(join(bench.folder, 'calls'), 'utf8').trim().split('\n');

  test('builds every compiled service with the first builder that works', () => {
    services('registry', 'database-bootstrap');
    bench.write('node_modules/mlops-services/dist/kit/config.js', '');
    bench.program('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    podman();
    const { status, stdout } = bench.mlops('images', 'build', '--repository', 'ghcr.io/acme/');
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'built ghcr.io/acme/database-bootstrap:0.1.0\nbuilt ghcr.io/acme/registry:0.1.0\n',
    });
    expect(calls().filter((call) => call.startsWith('podman build'))).toHaveLength(2);
  });

  test('push locks the digest that the builder reports', () => {
    services('registry');
    podman();
    const { stdout } = bench.mlops('images', 'push', 'registry', '--repository', 'ghcr.io/acme', '--tag', '7');
    expect(stdout).toBe(`pushed ghcr.io/acme/registry:7@${digest('a')}\n`);
    expect(lock()).toEqual({ repository: 'ghcr.io/acme', images: { registry: digest('a') } });
  });

  test('a push that fails keeps the lock and says which command failed', () => {
    services('registry');
    bench.write('images.lock.json', { repository: 'ghcr.io/acme', images: { trainer: digest('2') } });
    bench.program('buildah', '[ "$1" = push ] && exit 125; exit 0');
    const { status, stderr } = bench.mlops('images', 'push');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^mlops: 'buildah push --digestfile \S+ ghcr.io\/acme\/registry:0.1.0' failed, got exit code 125; correct what it says and run it again\n$/,
    );
    expect(lock().images).toEqual({ trainer: digest('2') });
  });

  test.each([
    [
      'no package',
      [],
      [],
      /^mlops: images are built from the package mlops-services, got none that \S+ can load; run 'npm install mlops-services', or run mlops in the folder of your project\n$/,
    ],
    [
      'nothing compiled',
      [''],
      [],
      /^mlops: no service to build, got none that is compiled; compile them first: 'npm run build -w services' \(they belong in \S+\/mlops-services\/dist\)\n$/,
    ],
    [
      'a name that is not there',
      ['registry'],
      ['regsitry'],
      /^mlops: service 'regsitry' is not there, got compiled: registry; correct the name, or compile them first: /,
    ],
  ])('refuses %s', (_, compiled, names, message) => {
    if (compiled.length > 0) services(...compiled.filter(Boolean));
    podman();
    expect(bench.mlops('images', 'build', ...names, '--repository', 'r')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });

  test('says that there is no builder, and no repository', () => {
    services('registry');
    expect(bench.mlops('images', 'build', '--repository', 'r').stderr).toBe(
      'mlops: images need one of docker, podman and buildah, got none of docker, podman, buildah works here; install one (docker also needs its daemon), or choose another by --builder\n',
    );
    podman();
    expect(bench.mlops('images', 'build').stderr).toBe(
      'mlops: images need a registry, got no --repository and no images.lock.json; say where they go: --repository ghcr.io/acme\n',
    );
  });

  const synthesized = (...images: string[]) => {
    const container = images.map((image) => ({ image }));
    bench.write('cdktf.out/manifest.json', {
      stacks: { platform: { name: 'platform', synthesizedStackPath: 'stacks/platform/cdk.tf.json' } },
    });
    bench.write('cdktf.out/stacks/platform/cdk.tf.json', {
      resource: { kubernetes_deployment_v1: { x: { spec: { template: { spec: { container } } } } } },
    });
  };

  test('check passes when every image is locked and in the registry', () => {
    synthesized(`ghcr.io/acme/registry@${digest('a')}`, `docker.io/library/python@${digest('b')}`);
    bench.write('images.lock.json', { repository: 'ghcr.io/acme', images: { registry: digest('a') } });
    podman();
    expect(bench.mlops('images', 'check')).toEqual({
      status: 0,
      stdout: '2 images, each by digest and in its registry\n',
      stderr: '',
    });
    expect(calls()).toContain(`podman manifest inspect ghcr.io/acme/registry@${digest('a')}`);
  });

  test('check names every problem at once', () => {
    synthesized(
      'ghcr.io/acme/trainer:1',
      'python:3.12',
      `ghcr.io/acme/registry@${digest('b')}`,
      `ghcr.io/acme/monitor@${digest('c')}`,
    );
    bench.write('images.lock.json', { repository: 'ghcr.io/acme', images: { registry: digest('a') } });
    bench.program('podman', '[ "$1" = manifest ] && { echo "manifest unknown" >&2; exit 1; }; exit 0');
    expect(bench.mlops('images', 'check')).toEqual({
      status: 1,
      stdout: '',
      stderr: `mlops: 6 problems:
  - 'ghcr.io/acme/monitor@${digest('c')}' is not in the lock file; run 'mlops images push monitor', then 'mlops synth'
  - 'ghcr.io/acme/registry@${digest('b')}' is not what was pushed last (${digest('a')}); run 'mlops synth' again
  - 'ghcr.io/acme/trainer:1' is named by tag, and a tag can move; give the platform the lock file, or run 'mlops images push trainer'
  - 'python:3.12' is named by tag, and a tag can move; name it by digest, or give the platform the lock file of its images
  - 'ghcr.io/acme/monitor@${digest('c')}' cannot be read from its registry, got manifest unknown; push it, or log in with 'podman login'
  - 'ghcr.io/acme/registry@${digest('b')}' cannot be read from its registry, got manifest unknown; push it, or log in with 'podman login'
`,
    });
    expect(existsSync(join(bench.folder, 'images.lock.json'))).toBe(true);
  });

  test('check says that nothing was synthesized', () => {
    expect(bench.mlops('images', 'check').stderr).toMatch(
      /^mlops: '\S+\/cdktf.out' holds no stacks, got no manifest.json; run 'mlops synth', or name the folder that it wrote\n$/,
    );
  });
});
