import type { Problem } from '../../core/errors';

/**
 * Kubernetes versions that EKS has, and the last day of standard support. Source: Amazon EKS user guide, "Amazon EKS
 * Kubernetes release calendar", as repeated by endoflife.date/amazon-eks and AWS's eks-operation-review (2026-04-24).
 */
const versions = {
  '1.31': '2025-11-26',
  '1.32': '2026-03-23',
  '1.33': '2026-07-29',
  '1.34': '2026-12-02',
  '1.35': '2027-03-27',
} as const;

/** A Kubernetes version of EKS. */
export type EksVersion = keyof typeof versions;

/** Last day of standard support by version, as `2027-03-27`. */
const eksVersions: Readonly<Record<EksVersion, string>> = versions;

/** The version of clusters that do not say. */
export const defaultEksVersion: EksVersion = '1.35';

const day = 24 * 60 * 60 * 1000;
const noticeDays = 60;

/** Full days of standard support that are left on a date; negative after its end. */
const daysLeft = (version: EksVersion, now: Date) =>
  Math.floor((Date.parse(`${eksVersions[version]}T23:59:59Z`) - now.getTime()) / day);

const isEksVersion = (version: string): version is EksVersion => Object.hasOwn(versions, version);
const supported = (now: Date) =>
  (Object.keys(versions) as EksVersion[]).filter((version) => daysLeft(version, now) >= 0);

/**
 * Everything that is wrong with a version on a date. After its standard support EKS upgrades a cluster of support type
 * STANDARD by itself, at a time of its own choice.
 */
export function eksVersionProblems(version: string, now = new Date()): Problem[] {
  const use = `use ${supported(now)
    .map((known) => `'${known}'`)
    .join(' or ')}`;
  if (!isEksVersion(version)) return [{ what: 'Kubernetes version is not one of EKS', got: `'${version}'`, do: use }];
  if (daysLeft(version, now) >= 0) return [];
  return [
    {
      what: `standard support of EKS version ${version} has ended`,
      got: `'${version}', supported until ${eksVersions[version]}`,
      do: `${use}, one minor version at a time`,
    },
  ];
}

/** What to tell about a version whose support ends within 60 days; undefined while there is more time. */
export function eksVersionNotice(version: string, now = new Date()): string | undefined {
  if (!isEksVersion(version)) return undefined;
  const left = daysLeft(version, now);
  if (left < 0 || left > noticeDays) return undefined;
  return `standard support of EKS version ${version} ends on ${eksVersions[version]}, in ${left} days: EKS upgrades the cluster by itself then`;
}
