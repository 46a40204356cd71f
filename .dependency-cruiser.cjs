// The arrows of docs/architecture.md, "The house". test/repository/layers.check.ts plants one violation per rule.
const ours = '^(lib|stacks|examples|bin|services|test)/';
const constructs = ['data-platform', 'feature-store', 'registry', 'training-cluster', 'serving-cluster', 'monitoring'];
/** What the library may know of the services: contracts, which import zod only. */
const contracts = '^services/(kit/(contract|connections)|[^/]+/contract)\\.ts$';
const kitContract = '^services/kit/(contract|connections)\\.ts$';

/** Files below `from` import no other file of ours than those in `to`. */
const only = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: ours, pathNot: to },
});
/** Files below `from` import no other package, and no other part of Node, than those in `to`. */
const packages = (name, from, to, comment) => ({
  name,
  comment,
  severity: 'error',
  from,
  // what cannot be resolved has its own rule
  to: { pathNot: [ours, '^\\.', '^package\\.json$', ...to] },
});
const npm = (...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;
const node = '^(node:)?(fs|path|os|url|crypto|child_process|module|util|zlib)(/promises)?$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'an import must lead somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },

    only('core-knows-no-cloud', '^lib/core/', ['^lib/core/', '^lib/accelerators/', kitContract]),
    only('accelerators-are-data', '^lib/accelerators/', ['^lib/accelerators/', '^lib/core/(errors|units)\\.ts$']),
    only('presets-are-data', '^lib/presets/', [
      '^lib/(presets|core)/',
      '^lib/accelerators/catalogue\\.ts$',
      // types only, see layers.check.ts
      '^lib/aws/target-spec\\.ts$',
    ]),
    only('review-reads-output', '^lib/review/', ['^lib/review/', '^lib/core/', '^lib/accelerators/ec2\\.ts$']),
    only('kubernetes-stands-on-core', '^lib/kubernetes/', [
      '^lib/(kubernetes|operators|core|accelerators)/',
      '^lib/presets/kubernetes-target-schema\\.ts$',
      kitContract,
      '^services/database-bootstrap/contract\\.ts$',
    ]),
    only('aws-stands-on-kubernetes', '^lib/aws/', [
      '^lib/(aws|kubernetes|operators|core|accelerators)/',
      // the budget's number is the one that reviews print
      '^lib/review/cost/',
      '^lib/presets/aws-target-schema\\.ts$',
      kitContract,
      '^services/database-bootstrap/contract\\.ts$',
    ]),
    only('operators-stand-on-core', '^lib/operators/', ['^lib/(operators|core)/']),
    only(
      'constructs-know-no-target',
      `^lib/(${constructs.join('|')})/`,
      ['^lib/$1/', '^lib/(core|accelerators)/', ...constructs.map((name) => `^lib/${name}/${name}\\.ts$`), contracts],
      'a construct asks not where it runs; of another construct it takes the interface, see layers.check.ts',
    ),
    only('targets-map', '^lib/targets\\.ts$', ['^lib/(aws|kubernetes|core|presets)/']),
    only('lib-stands-alone', '^lib/', ['^lib/', contracts]),
    only('stacks-stand-on-lib', '^stacks/', ['^stacks/', '^lib/']),
    only('examples-stand-on-stacks', '^examples/([^/]+)/', ['^examples/$1/', '^stacks/', '^lib/']),
    only('bin-stands-on-lib', '^bin/', ['^bin/', '^lib/(core|review)/', '^lib/kubernetes/cluster-facts\\.ts$']),
    only('services-stand-alone', '^services/', ['^services/'], 'images hold no library and no cdktf'),
    only(
      'services-share-the-kit',
      '^services/([^/]+)/',
      ['^services/$1/', '^services/kit/'],
      'services meet over HTTP',
    ),
    only('contracts-stand-alone', contracts, [kitContract]),
    {
      name: 'tests-are-not-imported',
      severity: 'error',
      from: { path: '^(lib|stacks|examples|bin|services)/' },
      to: { path: '^test/' },
    },

    packages('contracts-need-zod-only', { path: contracts }, [npm('zod')]),
    packages('presets-need-zod-only', { path: '^lib/presets/' }, [npm('zod'), node]),
    packages(
      'library-packages',
      { path: '^(lib|stacks)/' },
      [npm('zod', 'cdktf', 'constructs', 'yaml', '@cdktf/provider-[^/]+'), node],
      'no server, driver or native module comes with the library',
    ),
    {
      name: 'yaml-for-kubernetes-only',
      comment: 'an optional peer: an app for another target runs without it',
      severity: 'error',
      from: { path: '^(lib|stacks|bin)/', pathNot: '^lib/kubernetes/' },
      to: { path: npm('yaml') },
    },
    packages('bin-packages', { path: '^bin/' }, [npm('commander'), node]),
    {
      name: 'services-load-no-terraform',
      severity: 'error',
      from: { path: '^services/' },
      to: { path: npm('cdktf', 'constructs', '@cdktf/[^/]+') },
    },
    {
      name: 'providers-in-targets-only',
      comment: 'an app for an existing cluster loads no AWS class',
      severity: 'error',
      from: { path: '^(lib|stacks|examples|bin)/', pathNot: '^lib/(aws|kubernetes|operators)/' },
      to: { path: npm('@cdktf/provider-[^/]+') },
    },
    {
      name: 'kubernetes-loads-no-aws',
      severity: 'error',
      from: { path: '^lib/(kubernetes|operators)/' },
      to: { path: npm('@cdktf/provider-aws') },
    },
    {
      name: 'providers-by-deep-path',
      comment: 'the index of a provider loads every class: 3.2 CPU-seconds and 551 MB for AWS',
      severity: 'error',
      from: {},
      to: { path: ['@cdktf/provider-[^/]+$', '@cdktf/provider-[^/]+/lib$', '@cdktf/provider-[^/]+/lib/index\\.js$'] },
    },
    {
      name: 'no-deprecated-provider-classes',
      comment: 'only the _v1 and _v2 classes: switching later changes addresses',
      severity: 'error',
      from: {},
      to: { path: '@cdktf/provider-kubernetes/lib/(?!provider(/|$)|index\\.js$|[^/]*-v\\d)' },
    },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    // in the shape of a consumer: it imports the package by its name, which check:package resolves
    exclude: { path: '^(dist|node_modules/\\.cache|services/dist|coverage|cdktf\\.out|examples/company-extension)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};
