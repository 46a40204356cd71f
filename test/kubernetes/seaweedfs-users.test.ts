import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storeUsersScript } from '../../lib/kubernetes/seaweedfs-users';
import { temporaryFolder } from '../harness/folder';

/**
 * The script in a real shell. The program `weed` cannot be had here: what stands in for it writes down what it is told and
 * answers as weed/shell of release 4.44 does (read on 2026-11-23): results on its first output, `error: …` on the second,
 * and 0 at the end in both cases.
 */
let folder: string;
beforeEach(() => {
  folder = temporaryFolder('store-users');
  mkdirSync(join(folder, 'keys'));
  writeFileSync(join(folder, 'keys/acme-registry'), 'SecretOne');
  writeFileSync(join(folder, 'keys/acme-default'), 'SecretTwo');
});

function run(answers: string) {
  const weed = join(folder, 'weed');
  writeFileSync(
    weed,
    `#!/bin/sh\nwhile read -r line; do echo "$line" >> '${folder}/said'; case "$line" in\n${answers}\nesac; done\n`,
  );
  chmodSync(weed, 0o755);
  const script = storeUsersScript
    .replaceAll('/tmp/', `${folder}/`)
    .replaceAll('/run/secrets/keys', join(folder, 'keys'))
    .replace('sleep 5', 'sleep 0');
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-eu', '-c', script], {
    env: { PATH: `${folder}:${process.env.PATH}`, MASTER: 'master:9333', FILER: 'filer:8888', BUCKET: 'acme-ml' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr, said: readFileSync(join(folder, 'said'), 'utf8').trim().split('\n') };
}

const configured = (name: string, key: string) =>
  `s3.configure -user=${name} -access_key=${name} -secret_key=${key} -buckets=acme-ml -actions=Read,Write,List,Tagging -apply`;

test('makes the bucket and gives each workload its key, and prints no key', () => {
  const { status, stdout, stderr, said } = run('s3.bucket.list) echo "  acme-ml-old	size:0" ;; *) echo "$line" ;;');
  expect(status).toBe(0);
  expect(said).toEqual([
    's3.bucket.list',
    's3.bucket.create -name=acme-ml',
    configured('acme-default', 'SecretTwo'),
    configured('acme-registry', 'SecretOne'),
  ]);
  expect(`${stdout}${stderr}`).toBe(
    'acme-default may read and write acme-ml\nacme-registry may read and write acme-ml\n',
  );
});

test('leaves a bucket that is there as it is', () => {
  const { said } = run('s3.bucket.list) echo "  acme-ml	size:0" ;;');
  expect(said).not.toContain('s3.bucket.create -name=acme-ml');
});

test('fails when a command does, and says why', () => {
  const answers = 's3.bucket.list) echo "  acme-ml	size:0" ;; *) echo "error: the filer is full" >&2 ;;';
  const { status, stderr } = run(answers);
  expect(status).not.toBe(0);
  expect(stderr).toBe('error: the filer is full\n');
});

test('waits for a server that does not answer yet, and gives up', () => {
  const { status, stderr, said } = run('*) echo "error: connection refused" >&2 ;;');
  expect(status).toBe(1);
  expect(said).toHaveLength(31 - 1);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe('SeaweedFS at filer:8888 does not answer');
});

test('an empty key is no key', () => {
  writeFileSync(join(folder, 'keys/acme-default'), '');
  const { status, said } = run('s3.bucket.list) echo "  acme-ml	size:0" ;;');
  expect([status, said]).toEqual([1, ['s3.bucket.list']]);
});
