import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// node build.mjs [FOLDER]: one file per service: an image needs no package manager and no node_modules.
const root = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(root, 'dist');
const services = readdirSync(root).filter((name) => existsSync(join(root, name, 'main.ts')));

await Promise.all(
  services.map((service) =>
    build({
      entryPoints: [join(root, service, 'main.ts')],
      outfile: join(out, service, 'main.js'),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      minifySyntax: true,
      minifyWhitespace: true,
      keepNames: true,
      legalComments: 'linked',
      // Optional: pg looks for its native twin and does without it.
      external: ['pg-native'],
      logLevel: 'warning',
    }),
  ),
);
console.log(`built ${services.map((service) => join(out, service, 'main.js')).join(', ')}`);
