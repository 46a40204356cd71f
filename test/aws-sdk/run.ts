import { ec2Accelerators, ec2Fractions, ec2Types } from '../../lib/accelerators/ec2';
import { logDays } from '../../lib/aws/log-days';
import { nodeTypeNames } from '../../lib/aws/nodes/types';
import { rdsInstanceClasses } from '../../lib/aws/rds/instance-class';
import { regions } from '../../lib/aws/regions';
import type { StorageClass } from '../../lib/aws/s3/lifecycle';
import { reasonable } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { newFolder, synthesized } from '../harness/synth';
import { allowed, isOurs, listedAttributes, retentionDays } from './attributes';
import { type Literal, literals } from './literals';
import { prepareSdk, type Sdk } from './sdk';

const storageClasses: readonly StorageClass[] = ['STANDARD_IA', 'INTELLIGENT_TIERING', 'GLACIER_IR'];

/** Compares what we know of AWS, and what we send to it, with the lists of its SDK. Last line: `N passed, N failed, N skipped`. */
export function main(): void {
  const sdk = prepareSdk();
  if ('missing' in sdk) {
    console.log(`skipped: ${sdk.missing}\n0 passed, 0 failed, 1 skipped`);
    return;
  }
  let passed = 0;
  let failed = 0;
  const check = (name: string, problems: readonly string[]) => {
    console.log([problems.length === 0 ? `ok      ${name}` : `FAILED  ${name}`, ...problems].join('\n          '));
    problems.length === 0 ? passed++ : failed++;
  };

  for (const [name, problems] of lists(sdk)) check(name, problems);
  for (const [name, outdir] of [
    ['examples/reasonable-aws', example()],
    ['arm64, spot, a NAT per zone, nothing protected', variant()],
  ] as const) {
    const sent = literals(outdir);
    check(`${name}: ${sent.length} literals are values that AWS has, or ours to choose`, wrong(sdk, sent));
  }
  check('values that AWS does not have are found', notFound(sdk));
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** Our lists against AWS's. */
function lists(sdk: Sdk): readonly (readonly [string, readonly string[]])[] {
  const ec2 = sdk.values('ec2', '_InstanceType');
  const cards = ec2Accelerators.flatMap((accelerator) => ec2Types(accelerator).map(({ name }) => name));
  const days = retentionDays(sdk);
  return [
    [`${nodeTypeNames.length} EC2 types of nodes`, missing(nodeTypeNames, ec2)],
    [`${cards.length} EC2 types of accelerators, and parts of them`, missing([...cards, ...ec2Fractions], ec2)],
    [
      `${rdsInstanceClasses.length} classes of RDS run on EC2 types`,
      missing(
        rdsInstanceClasses.map((one) => one.replace(/^db\./, '')),
        ec2,
      ),
    ],
    [`${regions.length} regions are those of the partition`, differing(regions, sdk.regions())],
    [`${logDays.length} numbers of days that logs are kept`, differing(logDays.map(String), days)],
    ['storage classes of lifecycle rules', missing(storageClasses, sdk.values('s3', 'TransitionStorageClass'))],
    [
      `${listedAttributes.length} attributes have a list`,
      listedAttributes.filter((attribute) => !allowed(sdk, attribute)?.filter(Boolean).length),
    ],
  ];
}

const missing = (all: readonly string[], known: readonly string[]) =>
  all.filter((one) => !known.includes(one)).map((one) => `AWS has no '${one}'`);
const differing = (all: readonly string[], known: readonly string[]) => [
  ...missing(all, known),
  ...known.filter((one) => !all.includes(one)).map((one) => `we do not have '${one}'`),
];

/** Literals that AWS does not know, and attributes of which nobody said whether it has a list of them. */
const wrong = (sdk: Sdk, sent: readonly Literal[]): string[] =>
  sent.flatMap(({ attribute, value }) => {
    const known = allowed(sdk, attribute);
    if (known) return known.includes(value) ? [] : [`${attribute} cannot be '${value}'`];
    if (isOurs(attribute)) return [];
    return [`${attribute} is '${value}': name its enum, or say that it is free, in test/aws-sdk/attributes.ts`];
  });

/** Plants a wrong value into every attribute that has a list, and one into an attribute that nobody knows. */
const notFound = (sdk: Sdk): string[] =>
  [...listedAttributes, 'aws_eks_cluster new_mode']
    .filter((attribute) => wrong(sdk, [{ attribute, value: 'WRONG' }]).length !== 1)
    .map((attribute) => `${attribute} took 'WRONG'`);

function example(): string {
  const outdir = newFolder();
  process.env.CDKTF_OUTDIR = outdir;
  try {
    require('../../examples/reasonable-aws/main');
  } finally {
    delete process.env.CDKTF_OUTDIR;
  }
  return outdir;
}

/** Choices that the example does not make. */
const variant = (): string =>
  synthesized((app) => {
    new Platform(app, {
      ...reasonable,
      name: 'acme',
      dataProtection: 'off',
      images: { repository: '111122223333.dkr.ecr.us-east-1.amazonaws.com/acme' },
      operators: { ...reasonable.operators, kueue: { mode: 'install' } },
      target: {
        kind: 'aws',
        region: 'us-east-1',
        account: '111122223333',
        apiAccess: 'private',
        admins: ['arn:aws:iam::111122223333:role/platform-engineers'],
        network: { zones: ['a', 'b', 'c'], nat: 'per-zone', serviceCidr: '172.21.0.0/16' },
        pools: {
          system: { instanceTypes: ['m7i.xlarge'], min: 2, max: 4, purposes: ['services', 'training'] },
          batch: {
            instanceTypes: ['m7g.2xlarge'],
            arch: 'arm64',
            min: 0,
            max: 4,
            purposes: ['processing'],
            spot: true,
          },
        },
        postgres: { sslMode: 'require', instanceClass: 'db.m7g.large', multiAz: true, applyChanges: 'now' },
      },
    });
  }).outdir;
