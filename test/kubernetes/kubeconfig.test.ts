import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '../../lib/core/errors';
import { kubeconfigProblems } from '../../lib/kubernetes/kubeconfig';
import { temporaryFolder } from '../harness/folder';

const folder = temporaryFolder('kubeconfig');
const file = join(folder, 'config');
const texts = (context?: string, now?: Date) => new PlatformError(...kubeconfigProblems(file, context, now)).problems;

function write({ contexts = ['prod', 'test'], current = 'prod', user = {} as object | null } = {}): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': current,
    clusters: [{ name: 'c', cluster: { server: 'https://192.0.2.1' } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: 'c', user: 'engineer' } })),
    users: [{ name: 'engineer', user }],
  };
  writeFileSync(file, JSON.stringify(config));
}

const token = (exp: number) => `e30.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.x`;
const certificate = readFileSync(join(__dirname, 'client.crt')).toString('base64');

test('says nothing about a context with credentials that say nothing, or are valid', () => {
  for (const user of [{}, null, { exec: { command: 'login' } }, { token: 'opaque' }, { token: token(4e9) }]) {
    write({ user });
    expect(texts('test')).toEqual([]);
  }
  expect(texts()).toEqual([]);
});

test('a file that is missing', () => {
  expect(new PlatformError(...kubeconfigProblems('/nowhere/config', undefined)).problems).toEqual([
    "kubeconfig '/nowhere/config' is missing, got no such file; write it with your cluster's tool, or give the right path in kubeconfig",
  ]);
});

test('a context that the file does not have', () => {
  write();
  expect(texts('porduction')).toEqual([
    `kubeconfig '${file}' has no context 'porduction', got 'prod', 'test'; give one of these in context`,
  ]);
  write({ contexts: [], current: '' });
  expect(texts()).toEqual([
    `kubeconfig '${file}' has no current context, got no contexts at all; give one of these in context`,
  ]);
});

test('a token and a client certificate that have expired', () => {
  const remedy = "get new ones with your cluster's tool";
  write({ user: { token: token(1_600_000_000) } });
  expect(texts()).toEqual([
    `the credentials of user 'engineer' in kubeconfig '${file}' have expired, got valid until 2020-09-13T12:26:40.000Z; ${remedy}`,
  ]);
  write({ user: { 'client-certificate-data': certificate } });
  expect(texts('prod', new Date('2026-11-22T12:00:00Z'))).toEqual([]);
  expect(texts('prod', new Date('2099-01-01'))).toEqual([
    `the credentials of user 'engineer' in kubeconfig '${file}' have expired, got valid until 2026-11-23T18:56:54.000Z; ${remedy}`,
  ]);
});

test('a certificate and a token that cannot be read are left to Terraform', () => {
  for (const user of [
    { 'client-certificate-data': 'bm90IGEgY2VydGlmaWNhdGU=' },
    { token: 'e30.eyJleHAiOiJzb29uIn0.x' },
  ]) {
    write({ user });
    expect(texts()).toEqual([]);
  }
});

test('a file that is something else', () => {
  writeFileSync(file, 'just: [text');
  expect(texts()).toEqual([
    `kubeconfig '${file}' is not a kubeconfig, got ✖ Invalid input: expected object, received string; write it anew with your cluster's tool`,
  ]);
});
