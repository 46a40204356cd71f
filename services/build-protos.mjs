import { cpSync, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** Packages that read .proto files from their own folder, which is not there beside a bundle. */
const packages = [
  { name: 'grpc-health-check', folder: '../../proto/health', to: 'proto/health' },
  { name: '@grpc/reflection', folder: '../proto/grpc', to: 'proto/grpc' },
];

/** For esbuild: in a bundle these packages read from `proto` beside it. */
export const protosBesideBundle = {
  name: 'protos-beside-bundle',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/(grpc-health-check|@grpc\/reflection)\/build\/.*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('../../proto', 'proto'),
    }));
  },
};

/** Copies beside the bundle of a service what its gRPC reads: its own messages, and those of the packages. */
export function copyProtos(service, folder) {
  const own = join(service, 'grpc/inference.proto');
  if (!existsSync(own)) return;
  cpSync(own, join(folder, 'inference.proto'));
  for (const { name, folder: from, to } of packages)
    cpSync(join(dirname(resolve(name)), from), join(folder, to), { recursive: true });
}
