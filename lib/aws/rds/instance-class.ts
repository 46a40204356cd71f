import type { Problem } from '../../core/errors';

/**
 * Sizes by family, of those that RDS runs Postgres 15 (from 15.4), 16 (16.1) and 17 (17.1) on. Source: Amazon RDS user guide,
 * "Supported DB engines for DB instance classes", a stored copy that was compared class by class on 2026-11-22. Whether a
 * region has one, `describe-orderable-db-instance-options` says.
 */
const sizes = {
  t4g: ['micro', 'small', 'medium', 'large', 'xlarge', '2xlarge'],
  m7g: ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge'],
  r7g: ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge'],
  m7i: ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge', '48xlarge'],
  r7i: ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge', '48xlarge'],
} as const;

type Sizes = typeof sizes;

/** A class of RDS instance, as `db.m7g.large`. */
export type RdsInstanceClass = { [F in keyof Sizes]: `db.${F}.${Sizes[F][number]}` }[keyof Sizes];

/** Every class, for schemas. */
export const rdsInstanceClasses = Object.entries(sizes).flatMap(([family, each]) =>
  each.map((size) => `db.${family}.${size}` as RdsInstanceClass),
);

/** Problems of a class that did not come from typed code: Terraform finds a wrong one at apply only. */
export function instanceClassProblems(instanceClass: string): Problem[] {
  if ((rdsInstanceClasses as readonly string[]).includes(instanceClass)) return [];
  const family = /^(?:db\.)?([a-z0-9]+)\./.exec(instanceClass)?.[1] ?? '';
  const near = rdsInstanceClasses.filter((one) => one.startsWith(`db.${family}.`));
  const list = (near.length > 0 ? near : ['db.t4g.medium', 'db.m7g.large', 'db.r7g.large']).map((one) => `'${one}'`);
  return [
    { what: 'RDS has no such instance class for Postgres', got: `'${instanceClass}'`, do: `use ${list.join(', ')}` },
  ];
}
