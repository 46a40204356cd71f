import type { Price } from './price';

/**
 * One PostgreSQL instance in one zone, in us-east-1, in USD per hour: list and rounding are second hand, from DefangLabs'
 * pulumi-defang at 72bfd43, which names AWS's price page; its t4g prices agree with infracost's testdata (2026-05-03). AWS sells
 * Multi-AZ at twice the price, up to rounding in the third digit. For m7i and r7i no source could be found: they have none.
 */
const usdPerHour: Readonly<Record<string, number>> = {
  'db.t4g.micro': 0.016,
  'db.t4g.small': 0.032,
  'db.t4g.medium': 0.065,
  'db.t4g.large': 0.129,
  'db.t4g.xlarge': 0.258,
  'db.t4g.2xlarge': 0.517,
  'db.m7g.large': 0.168,
  'db.m7g.xlarge': 0.337,
  'db.m7g.2xlarge': 0.674,
  'db.m7g.4xlarge': 1.348,
  'db.m7g.8xlarge': 2.696,
  'db.m7g.12xlarge': 4.044,
  'db.m7g.16xlarge': 5.392,
  'db.r7g.large': 0.239,
  'db.r7g.xlarge': 0.478,
  'db.r7g.2xlarge': 0.956,
  'db.r7g.4xlarge': 1.913,
  'db.r7g.8xlarge': 3.825,
  'db.r7g.12xlarge': 5.738,
  'db.r7g.16xlarge': 7.65,
};

/** Of PostgreSQL in one zone; undefined where there is none. */
export function rdsPrice(instanceClass: string): Price | undefined {
  const usd = usdPerHour[instanceClass];
  if (usd === undefined) return undefined;
  return {
    name: `RDS PostgreSQL ${instanceClass}`,
    usd,
    unit: 'hour',
    source: 'DefangLabs/pulumi-defang',
    date: '2026-08-22',
  };
}
