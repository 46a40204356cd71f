import { defaultEksVersion, eksVersionNotice, eksVersionProblems } from '../../lib/aws/eks/versions';
import { type AwsNameKind, awsNameProblems, awsNames } from '../../lib/aws/names';
import { PlatformError } from '../../lib/index';

const on = (date: string) => new Date(`${date}T12:00:00Z`);
const texts = (version: string, date: string) => new PlatformError(...eksVersionProblems(version, on(date))).problems;

test('a version whose support has ended, or that EKS does not have', () => {
  expect(texts('1.34', '2026-12-03')).toEqual([
    "standard support of EKS version 1.34 has ended, got '1.34', supported until 2026-12-02; use '1.35', one minor version at a time",
  ]);
  expect(texts('1.29', '2026-11-22')).toEqual([
    "Kubernetes version is not one of EKS, got '1.29'; use '1.34' or '1.35'",
  ]);
  expect(eksVersionProblems('1.34', on('2026-12-02'))).toEqual([]);
});

test('a notice in the last 60 days', () => {
  expect(eksVersionNotice('1.34', on('2026-11-22'))).toBe(
    'standard support of EKS version 1.34 ends on 2026-12-02, in 10 days: EKS upgrades the cluster by itself then',
  );
  expect(eksVersionNotice(defaultEksVersion, on('2026-11-22'))).toBeUndefined();
  expect(eksVersionNotice('1.34', on('2026-12-03'))).toBeUndefined();
});

test('names at the limits of AWS', () => {
  const limits: [AwsNameKind, number][] = [
    ['cluster', 100],
    ['nodeGroupPrefix', 37],
    ['role', 64],
    ['bucket', 63],
    ['database', 63],
    ['repository', 256],
    ['logGroup', 512],
    ['secret', 512],
  ];
  for (const [kind, longest] of limits) {
    expect(awsNameProblems(kind, 'a'.repeat(longest))).toEqual([]);
    const { problems } = new PlatformError(...awsNameProblems(kind, 'a'.repeat(longest + 1)));
    expect(problems).toEqual([
      expect.stringMatching(`is longer than ${longest} characters, got 'a+' \\(${longest + 1}\\); shorten it by 1`),
    ]);
  }
  expect(() =>
    awsNames.workloadRole('acme', 'acme-jobs', 'a-training-job-with-a-name-that-says-everything-about-it'),
  ).toThrow(
    "name of IAM role is longer than 64 characters, got 'acme-jobs.a-training-job-with-a-name-that-says-everything-about-it' (66); shorten it by 2",
  );
});

test.each<[AwsNameKind, string]>([
  ['bucket', 'Acme'],
  ['bucket', 'xn--acme'],
  ['bucket', 'acme-s3alias'],
  ['bucket', 'acme..data'],
  ['database', 'acme--pg'],
  ['database', '1acme'],
  ['role', 'acme/role'],
  ['key', 'alias/aws/s3'],
  ['repository', 'acme//registry'],
])('AWS refuses the %s name %s', (kind, name) => {
  expect(awsNameProblems(kind, name)).toHaveLength(1);
});

test('no two workloads meet in one role', () => {
  expect(awsNames.workloadRole('acme', 'acme', 'jobs-x')).toBe('acme.jobs-x');
  expect(awsNames.workloadRole('acme', 'acme-jobs', 'x')).toBe('acme-jobs.x');
  expect(awsNames.workloadRole('acme', 'kube-system', 'x')).toBe('acme.kube-system.x');
});
