import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
export const repository = 'lab.local';

/** Scripts of the test bed that put an image into its node without a registry. */
export const testbed = resolve(root, '../shared/testbed/kubernetes');

/** Makes the images and puts them into the node of the test bed. @returns bytes by image */
export function buildImages(tag: string): Record<string, number> {
  execFileSync('npm', ['run', 'build', '-w', 'services'], { cwd: root, stdio: 'pipe' });
  const sizes: Record<string, number> = {};
  for (const [name, context, args] of [
    ['registry', 'services', ['SERVICE=registry']],
    ['database-bootstrap', 'services', ['SERVICE=database-bootstrap']],
    ['trainer', 'test/e2e/trainer', []],
  ] as const) {
    const buildArgs = ['BASE=lab.local/node:24', ...args].map((arg) => `--build-arg ${arg}`).join(' ');
    sizes[name] = Number(
      inTestbed(
        `buildah $BUILDAH_STORE bud -q --isolation chroot --pull-never ${buildArgs} -t ${repository}/${name}:${tag} ${context} >/dev/null
         "$K8S_ROOT/load.sh" ${repository}/${name}:${tag} >/dev/null
         buildah $BUILDAH_STORE images --json ${repository}/${name}:${tag} | node -pe 'JSON.parse(require("fs").readFileSync(0))[0].size' | node -pe 'const [, n, u] = /([\\d.]+) *(\\w+)/.exec(require("fs").readFileSync(0)); Math.round(n * { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }[u])'`,
      ),
    );
  }
  return sizes;
}

/** Everything that is in an image, as one archive. */
export function imageContent(name: string, tag: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-image-'));
  const file = join(folder, 'image.tar');
  try {
    inTestbed(
      `buildah $BUILDAH_STORE push -q ${repository}/${name}:${tag} docker-archive:${file}:${repository}/${name}:${tag}`,
    );
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const testbedIsHere = () => existsSync(join(testbed, 'env.sh'));

const inTestbed = (script: string): string =>
  execFileSync('bash', ['-c', `set -euo pipefail; . ${testbed}/env.sh; ${script}`], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
