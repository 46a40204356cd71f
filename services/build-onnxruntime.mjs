import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);
const binding = 'onnxruntime_binding.node';

/** For esbuild: in a bundle onnxruntime-node loads its native part from `onnxruntime/PLATFORM/ARCHITECTURE` beside it. */
export const onnxruntimeBesideBundle = {
  name: 'onnxruntime-beside-bundle',
  setup({ onLoad }) {
    onLoad({ filter: /onnxruntime-node\/dist\/binding\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(
        /require\(`[^`]*onnxruntime_binding\.node`\)/,
        `require(['.', 'onnxruntime', process.platform, process.arch, '${binding}'].join('/'))`,
      );
      if (contents === source)
        throw new Error(`${path} loads its native part in another way than it did; mend build-onnxruntime.mjs`);
      return { contents };
    });
  },
};

/** Puts the native part beside the bundle: for images that of Linux, on both architectures; else a link to this machine's own. */
export function addOnnxruntime(service, folder, { forImages }) {
  if (!existsSync(join(service, 'engine/onnx.ts'))) return;
  const from = join(dirname(resolve('onnxruntime-node/package.json')), 'bin/napi-v6');
  const here = [process.platform, process.arch];
  const wanted = forImages ? ['x64', 'arm64'].map((architecture) => ['linux', architecture]) : [here];
  for (const path of wanted) {
    const to = join(folder, 'onnxruntime', ...path);
    rmSync(to, { recursive: true, force: true });
    mkdirSync(dirname(to), { recursive: true });
    if (forImages) cpSync(join(from, ...path), to, { recursive: true });
    else symlinkSync(join(from, ...path), to);
  }
}
