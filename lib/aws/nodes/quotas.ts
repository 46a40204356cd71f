import type { PlannedPool } from './plan';

/** A quota of EC2 and the vCPUs of it that pools may need. */
export interface QuotaNeed {
  /** As it is called in Service Quotas. */
  readonly quota: string;
  readonly vcpus: number;
}

/**
 * Quotas by the letters of a family, in vCPUs that run at once; those of accelerators are 0 in new accounts, those of others
 * are small. Source: names as `aws service-quotas list-service-quotas --service-code ec2` prints them (2026).
 */
const quotas: readonly { readonly family: RegExp; readonly onDemand: string; readonly spot: string }[] = [
  {
    family: /^(g|gr|vt)\d/,
    onDemand: 'Running On-Demand G and VT instances',
    spot: 'All G and VT Spot Instance Requests',
  },
  { family: /^p[56]/, onDemand: 'Running On-Demand P instances', spot: 'All P5 Spot Instance Requests' },
  { family: /^p\d/, onDemand: 'Running On-Demand P instances', spot: 'All P4, P3 and P2 Spot Instance Requests' },
  {
    family: /^[a-z]/,
    onDemand: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    spot: 'All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests',
  },
];

/** What all pools together need with their most nodes, each of its largest type. */
export function quotaNeeds(pools: readonly PlannedPool[]): QuotaNeed[] {
  const needs = new Map<string, number>();
  for (const { declared, types } of pools) {
    const found = quotas.find(({ family }) => family.test(types[0]?.name ?? ''));
    if (!found) continue;
    const quota = declared.spot ? found.spot : found.onDemand;
    const vcpus = declared.max * Math.max(...types.map(({ vcpu }) => vcpu));
    needs.set(quota, (needs.get(quota) ?? 0) + vcpus);
  }
  return [...needs].map(([quota, vcpus]) => ({ quota, vcpus }));
}
