import { readdirSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// One file per service: an image needs no package manager and no node_modules.
const root = dirname(fileURLToPath(import.meta.url));
const services = readdirSync(root).filter((name) => existsSync(join(root, name, 'main.ts')));

await Promise.all(
  services.map((service) =>
    build({
      entryPoints: [join(root, service, 'main.ts')],
      outfile: join(root, 'dist', service, 'main.js'),
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
console.log(`built ${services.map((service) => `services/dist/${service}/main.js`).join(', ')}`);
