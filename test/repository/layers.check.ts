import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root, sources } from './sources';

const config = join(root, '.dependency-cruiser.cjs');
const rules: string[] = require(config).forbidden.map(({ name }: { name: string }) => name);

/** One violation per rule: the file that holds it, and what it imports. */
const plants: readonly (readonly [rule: string, file: string, imports: string])[] = [
  ['no-cycles', 'lib/core/cycle-a.ts', './cycle-b'],
  ['resolvable', 'lib/core/nowhere.ts', './not-there'],
  ['core-knows-no-cloud', 'lib/core/plant.ts', '../kubernetes/server'],
  ['accelerators-are-data', 'lib/accelerators/plant.ts', '../core/cluster'],
  ['presets-are-data', 'lib/presets/plant.ts', '../kubernetes/server'],
  ['review-reads-output', 'lib/review/plant.ts', '../kubernetes/server'],
  ['review-reads-output', 'lib/review/cost/plant.ts', '../../accelerators/catalogue'],
  ['kubernetes-stands-on-core', 'lib/kubernetes/plant.ts', '../registry/registry'],
  ['aws-stands-on-kubernetes', 'lib/aws/plant.ts', '../registry/registry'],
  ['aws-stands-on-kubernetes', 'lib/aws/review.ts', '../review/summary'],
  ['operators-stand-on-core', 'lib/operators/plant.ts', '../kubernetes/server'],
  ['constructs-know-no-target', 'lib/registry/plant.ts', '../kubernetes/server'],
  ['constructs-know-no-target', 'lib/monitoring/plant.ts', '../registry/client'],
  ['targets-map', 'lib/targets.ts', './registry/registry'],
  ['lib-stands-alone', 'lib/index.ts', '../stacks/platform'],
  ['stacks-stand-on-lib', 'stacks/plant.ts', '../services/registry/contract'],
  ['examples-stand-on-stacks', 'examples/one/main.ts', '../two/main'],
  ['bin-stands-on-lib', 'bin/plant.ts', '../lib/kubernetes/server'],
  ['services-stand-alone', 'services/kit/plant.ts', '../../lib/core/cluster'],
  ['services-share-the-kit', 'services/trainer/plant.ts', '../registry/contract'],
  ['contracts-stand-alone', 'services/trainer/contract.ts', '../kit/http'],
  ['tests-are-not-imported', 'stacks/tested.ts', '../test/harness'],
  ['contracts-need-zod-only', 'services/monitor/contract.ts', 'node:fs'],
  ['presets-need-zod-only', 'lib/presets/packages.ts', 'cdktf'],
  ['library-packages', 'lib/core/packages.ts', 'fastify'],
  ['yaml-for-kubernetes-only', 'lib/core/yaml.ts', 'yaml'],
  ['bin-packages', 'bin/packages.ts', 'cdktf'],
  ['services-load-no-terraform', 'services/registry/main.ts', 'constructs'],
  ['providers-in-targets-only', 'lib/registry/provider.ts', '@cdktf/provider-kubernetes/lib/namespace-v1'],
  ['kubernetes-loads-no-aws', 'lib/kubernetes/aws.ts', '@cdktf/provider-aws/lib/s3-bucket'],
  ['providers-by-deep-path', 'lib/kubernetes/index-import.ts', '@cdktf/provider-kubernetes'],
  ['providers-by-deep-path', 'lib/kubernetes/lib-import.ts', '@cdktf/provider-kubernetes/lib'],
  ['no-deprecated-provider-classes', 'lib/kubernetes/deprecated.ts', '@cdktf/provider-kubernetes/lib/namespace'],
];

/** What the plants import, and imports that every rule must let pass. */
const ground: Readonly<Record<string, string>> = {
  'lib/core/cycle-b.ts': "import './cycle-a';",
  'lib/core/cluster.ts': "import { z } from 'zod';\nimport 'constructs';\nimport '../../services/kit/contract';",
  'lib/core/units.ts': '',
  'lib/accelerators/catalogue.ts': "import '../core/units';",
  'lib/accelerators/ec2.ts': "import './catalogue';",
  'lib/review/summary.ts': "import './cost/cost';",
  'lib/review/cost/cost.ts': "import '../../accelerators/ec2';",
  'lib/aws/budget.ts': "import '../review/cost/cost';",
  'lib/kubernetes/server.ts':
    "import '@cdktf/provider-kubernetes/lib/namespace-v1';\nimport '@cdktf/provider-kubernetes/lib/provider';\nimport '../core/cluster';\nimport 'yaml';",
  'lib/registry/client.ts': '',
  'lib/registry/registry.ts':
    "import './client';\nimport '../core/cluster';\nimport '../../services/registry/contract';",
  'lib/training-cluster/training-cluster.ts': "import type { IRegistry } from '../registry/registry';",
  'stacks/platform.ts': "import '../lib/registry/registry';\nimport 'cdktf';",
  'examples/two/main.ts': "import '../../stacks/platform';",
  'services/kit/contract.ts': "import { z } from 'zod';",
  'services/kit/http.ts': "import 'fastify';\nimport './contract';",
  'services/registry/contract.ts': "import '../kit/contract';",
  'test/harness.ts': "import '../lib/core/cluster';",
  ...Object.fromEntries(
    ['zod', 'cdktf', 'constructs', 'fastify', 'yaml', '@cdktf/provider-kubernetes', '@cdktf/provider-aws'].flatMap(
      (name) => [
        [`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'lib/index.js' })],
        [`node_modules/${name}/lib/index.js`, ''],
      ],
    ),
  ),
  ...Object.fromEntries(
    ['kubernetes/lib/namespace', 'kubernetes/lib/namespace-v1', 'kubernetes/lib/provider', 'aws/lib/s3-bucket'].map(
      (path) => [`node_modules/@cdktf/provider-${path}/index.js`, ''],
    ),
  ),
};

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

function cruise(folder: string): Violation[] {
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['lib', 'stacks', 'examples', 'bin', 'services', 'test'];
  const { stdout, stderr } = spawnSync(process.execPath, [cli, '--config', config, '-T', 'json', ...folders], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout).summary.violations;
}

describe('rules of .dependency-cruiser.cjs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-layers-'));
  let violations: Violation[];

  beforeAll(() => {
    const planted = plants.map(([, file, imports]) => [file, `import '${imports}';\n`] as const);
    for (const [file, code] of [...Object.entries(ground), ...planted]) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), code);
    }
    violations = cruise(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(plants)('%s fires on %s importing %s', (rule, file) => {
    expect(violations.filter(({ from }) => from === file).map(({ rule: { name } }) => name)).toContain(rule);
  });

  test('each has a plant', () => {
    expect(rules.filter((rule) => !plants.some(([planted]) => planted === rule))).toEqual([]);
  });

  test('let pass what the design allows', () => {
    const allowed = violations.filter(({ from }) => from in ground && from !== 'lib/core/cycle-b.ts');
    expect(allowed).toEqual([]);
  });
});

/** Arrows that carry types only; dependency-cruiser cannot tell a type from a value where TypeScript 7 is installed. */
const typeArrows: readonly (readonly [from: RegExp, to: RegExp])[] = [
  [/^lib\/core\//, /\/accelerators\//],
  [/^lib\/presets\//, /\/core\/(?!errors$|json-file$|maps$|names$|units$)/],
  [/^lib\/presets\//, /\/aws\//],
  [/^lib\/(kubernetes|aws)\//, /\/presets\//],
  [
    /^lib\/(?:data-platform|feature-store|registry|training-cluster|serving-cluster|monitoring)\//,
    /^\.\.\/(?!core\/|accelerators\/)[a-z-]+\//,
  ],
];

/** Imports of values where only types may pass. */
function valueImports(path: string, code: string): string[] {
  const imports = [...code.matchAll(/^import\s+(?!type\b)([^;]*?)\s*from\s+'([^']+)';/gms)];
  return imports
    .filter(([, , to]) => typeArrows.some(([from, target]) => from.test(path) && target.test(to ?? '')))
    .filter(([, names]) => !/^\{(\s*type\s+\w+(\s+as\s+\w+)?\s*,?)+\s*\}$/.test(names ?? ''))
    .map(([, , to]) => `${path} → ${to}`);
}

describe('arrows that carry types only', () => {
  test.each([
    ['lib/core/cluster.ts', "import { catalogue } from '../accelerators/catalogue';", 1],
    ['lib/core/cluster.ts', "import { type A, catalogue } from '../accelerators/catalogue';", 1],
    ['lib/presets/schema.ts', "import { PlatformApp } from '../core/app';", 1],
    ['lib/presets/schema.ts', "import { PlatformError } from '../core/errors';", 0],
    ['lib/kubernetes/target.ts', "import { schema } from '../presets/schema';", 1],
    ['lib/monitoring/monitoring.ts', "import {\n  Registry,\n} from '../registry/registry';", 1],
    ['lib/monitoring/monitoring.ts', "import type { IRegistry } from '../registry/registry';", 0],
    ['lib/monitoring/monitoring.ts', "import { type IRegistry } from '../registry/registry';", 0],
    ['lib/monitoring/monitoring.ts', "import { Service } from '../core/service';", 0],
  ])('in %s, %s: %d found', (path, code, count) => {
    expect(valueImports(path, code)).toHaveLength(count);
  });

  test('carry no value anywhere', () => {
    expect(sources('lib').flatMap(({ path, text }) => valueImports(path, text))).toEqual([]);
  });
});
