import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformApp, PlatformError, type Preset, reasonable } from '../../lib/index';
import { temporaryFolder } from './folder';

type Resources = Record<string, Record<string, Record<string, unknown>>>;

/** What an app wrote, stack by stack. */
export interface Synthesized {
  readonly outdir: string;
  readonly resources: (stack: string) => Resources;
  /** `stack: type.name`, sorted. */
  readonly addresses: readonly string[];
}

export const newFolder = () => join(temporaryFolder('synth'), 'cdktf.out');

export function readSynthesized(outdir: string): Synthesized {
  const resources = (stack: string): Resources =>
    JSON.parse(readFileSync(join(outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8')).resource ?? {};
  const addresses = readdirSync(join(outdir, 'stacks')).flatMap((stack) =>
    Object.entries(resources(stack)).flatMap(([type, byName]) =>
      Object.keys(byName).map((name) => `${stack}: ${type}.${name}`),
    ),
  );
  return { outdir, resources, addresses: addresses.sort() };
}

/** Synthesizes what `build` adds to an app, and reads it back. */
export function synthesized(build: (app: PlatformApp) => void): Synthesized {
  const outdir = newFolder();
  const app = new PlatformApp({ outdir });
  build(app);
  app.synth();
  return readSynthesized(outdir);
}

const examples = new Map<string, string>();

type ExampleName = 'existing-cluster' | 'flight-delay' | 'on-prem' | 'reasonable-aws';

/** Folder into which an example was synthesized: once in each test file, because its module runs once. */
export function example(name: ExampleName): string {
  const known = examples.get(name);
  if (known !== undefined) return known;
  const outdir = newFolder();
  process.env.CDKTF_OUTDIR = outdir;
  try {
    require(`../../examples/${name}/main`);
  } finally {
    delete process.env.CDKTF_OUTDIR;
  }
  examples.set(name, outdir);
  return outdir;
}

/** Every problem of what `build` adds to an app; also makes sure that nothing was written. */
export function problemsOf(build: (app: PlatformApp) => void): readonly string[] {
  const outdir = newFolder();
  try {
    const app = new PlatformApp({ outdir });
    build(app);
    app.synth();
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (existsSync(outdir)) throw new Error(`something was written to ${outdir}`);
    return error.problems;
  }
  throw new Error('there was no problem');
}

const key = (secretName: string, name: string) => ({ secretName, key: name });
export const s3Credentials = { accessKeyId: key('s3', 'id'), secretAccessKey: key('s3', 'secret') };

/** A small platform on an existing cluster. */
export const preset = {
  ...reasonable,
  name: 'acme',
  images: { repository: 'ghcr.io/acme', tag: '1.0.0' },
  target: {
    kind: 'kubernetes',
    kubeconfig: 'examples/existing-cluster/kubeconfig.yaml',
    context: 'on-prem',
    pools: {
      cpu: { nodes: 2, cpu: 8, memory: '32 GiB' },
      a30: { nodes: 1, cpu: 32, memory: '256 GiB', accelerator: 'A30', count: 4 },
    },
    postgres: { host: 'pg.example.com', admin: { user: 'admin', password: key('postgres-admin', 'password') } },
    objectStore: { endpoint: 'https://s3.example.com', bucket: 'acme-ml', credentials: { default: s3Credentials } },
  },
} satisfies Preset;
