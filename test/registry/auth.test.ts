import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformApp, type Preset, Registry, TrainingCluster } from '../../lib/index';
import { Platform } from '../../stacks/index';
import { newFolder, preset, problemsOf, readSynthesized } from '../harness/synth';

type Auth = Preset['registry']['auth'];

function platform(auth: Auth, webhooks?: Preset['registry']['webhooks']) {
  const outdir = newFolder();
  const app = new PlatformApp({ outdir });
  const made = new Platform(app, { ...preset, registry: { mode: 'on', auth, webhooks } });
  made.training?.addJob('train', { image: 'train:1', secrets: { HUB_TOKEN: { secretName: 'hub', key: 'token' } } });
  app.synth();
  const { resources, addresses } = readSynthesized(outdir);
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  const all = resources('acme-platform') as any;
  const only = (type: string) => Object.values<Record<string, never>>(all[type])[0] as never;
  const { notes } = JSON.parse(readFileSync(join(outdir, 'review.json'), 'utf8'));
  return { all, only, addresses, notes: notes.map(({ text }: { text: string }) => text) as string[] };
}

// biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
type Pod = { container: any[]; volume: any[] };
const server = ({ only }: ReturnType<typeof platform>): Pod =>
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  (only('kubernetes_deployment_v1') as any).spec.template.spec;
const job = ({ only }: ReturnType<typeof platform>): Pod =>
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  (only('kubernetes_cron_job_v1') as any).spec.job_template.spec.template.spec;
const variable = (pod: Pod, name: string) => pod.container[0].env.find((one: { name: string }) => one.name === name);

test('without auth nothing is asked, nothing is made, and jobs send no token', () => {
  const made = platform(undefined);
  expect(made.addresses.filter((address) => address.includes('secret_v1') && address.includes('Admin'))).toEqual([]);
  expect(server(made).container[0].env.filter(({ name }: { name: string }) => name.startsWith('AUTH_'))).toEqual([]);
  expect(variable(job(made), 'MLFLOW_TRACKING_TOKEN')).toBeUndefined();
});

test('auth makes one admin token in one place, and jobs take theirs from a Secret of their namespace', () => {
  const made = platform({});
  const secrets = Object.entries<{ metadata: object; data_wo: object }>(made.all.kubernetes_secret_v1);
  expect(secrets).toHaveLength(1);
  const [id, secret] = secrets[0] as (typeof secrets)[number];
  expect(secret).toMatchObject({
    metadata: { name: 'registry-admin-token', namespace: 'acme' },
    data_wo: { token: `\${ephemeral.random_password.${id}.result}` },
    data_wo_revision: 1,
  });
  expect(JSON.stringify(made.all).split('ephemeral.random_password.')).toHaveLength(2);

  const pod = server(made);
  expect(variable(pod, 'AUTH_MODE')).toEqual({ name: 'AUTH_MODE', value: 'required' });
  expect(variable(pod, 'AUTH_ADMIN_TOKEN_FILE').value).toBe('/run/secrets/auth/adminToken');
  expect(JSON.stringify(pod.volume)).toContain(`kubernetes_secret_v1.${id}.metadata[0].name`);
  expect(variable(job(made), 'MLFLOW_TRACKING_TOKEN')).toEqual({
    name: 'MLFLOW_TRACKING_TOKEN',
    value_from: { secret_key_ref: { name: 'registry-token', key: 'token' } },
  });
  expect(variable(job(made), 'HUB_TOKEN')).toBeDefined();
  expect(JSON.stringify(job(made).volume)).not.toContain('token');
  expect(made.notes).toContainEqual(
    "callers inside the platform send the token in Secret 'registry-token', key 'token', of their own namespace (jobs: 'acme-jobs'): an admin makes it once, and their pods do not start before it is there",
  );
});

test('auth changes nothing that is there already', () => {
  const [before, after] = [platform(undefined), platform({})];
  expect(after.addresses).toEqual(expect.arrayContaining([...before.addresses]));
  expect(after.addresses).toHaveLength(before.addresses.length + 1);
});

test('tokens that are brought are used where they lie', () => {
  const [adminToken, clientToken] = [
    { secretName: 'mine', key: 'admin' },
    { secretName: 'theirs', key: 'client' },
  ];
  const made = platform({ adminToken, clientToken });
  expect(made.all.kubernetes_secret_v1).toBeUndefined();
  expect(JSON.stringify(server(made).volume)).toContain('"name":"mine"');
  expect(variable(job(made), 'MLFLOW_TRACKING_TOKEN').value_from.secret_key_ref).toEqual({
    name: 'theirs',
    key: 'client',
  });
});

test('an identity provider is reached on its port only, and its claims come as they are', () => {
  const oidc = {
    issuer: 'https://idp.example.com:8443/realms/acme',
    audience: 'mlops',
    roles: { 'ml-${team}': 'write', '*': 'read' } as const,
    cidrs: ['10.1.0.0/16'],
  };
  const made = platform({ oidc });
  const pod = server(made);
  expect(variable(pod, 'AUTH_ISSUER').value).toBe(oidc.issuer);
  expect(variable(pod, 'AUTH_ROLES').value).toBe('{"ml-$${team}":"write","*":"read"}');
  expect(variable(pod, 'AUTH_ROLES_CLAIM')).toBeUndefined();
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  const policies = Object.values<any>(made.all.kubernetes_network_policy_v1);
  const egress = policies.find(({ metadata }) => metadata.name === 'registry').spec.egress;
  expect(egress).toContainEqual({
    ports: [{ port: '8443', protocol: 'TCP' }],
    to: [{ ip_block: { cidr: '10.1.0.0/16' } }],
  });
  expect(egress).toHaveLength(policyEgress(platform({})) + 1);
});

const policyEgress = ({ all }: ReturnType<typeof platform>): number =>
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  Object.values<any>(all.kubernetes_network_policy_v1).find(({ metadata }) => metadata.name === 'registry').spec.egress
    .length;

test('no rule of the network is open because of auth alone', () => {
  expect(policyEgress(platform({}))).toBe(policyEgress(platform(undefined)));
});

test('an MLflow of others gets the token that is named', () => {
  const outdir = newFolder();
  const app = new PlatformApp({ outdir });
  const { stack, target } = new Platform(app, { ...preset, registry: { mode: 'off' }, training: { mode: 'off' } });
  const token = { secretName: 'mlflow', key: 'token' };
  const registry = Registry.fromUrl(stack, 'Mlflow', { url: 'https://mlflow.example.com', token });
  const { cluster } = target;
  new TrainingCluster(stack, 'Training', { cluster, platform: 'acme', registry, queue: 'off' }).addJob('train', {
    image: 'train:1',
  });
  app.synth();
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  const jobs = readSynthesized(outdir).resources('acme-platform').kubernetes_cron_job_v1 as any;
  const [{ spec }] = Object.values<never>(jobs) as [never];
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  expect((spec as any).job_template.spec.template.spec.container[0].env).toEqual([
    { name: 'MLFLOW_TRACKING_URI', value: 'https://mlflow.example.com' },
    { name: 'MLFLOW_TRACKING_TOKEN', value_from: { secret_key_ref: { name: 'mlflow', key: 'token' } } },
  ]);
});

test('webhooks open one port, and take their key from the Secret that is named', () => {
  const encryptionKey = { secretName: 'webhooks', key: 'key' };
  const made = platform(undefined, { encryptionKey, targets: 'any', cidrs: ['10.2.0.0/16'], port: 8080 });
  const pod = server(made);
  expect(variable(pod, 'WEBHOOKS_TARGETS').value).toBe('any');
  expect(variable(pod, 'WEBHOOKS_ENCRYPTION_KEY_FILE').value).toBe('/run/secrets/webhooks/encryptionKey');
  expect(JSON.stringify(pod.volume)).toContain('"name":"webhooks"');
  // biome-ignore lint/suspicious/noExplicitAny: what Terraform reads
  const policies = Object.values<any>(made.all.kubernetes_network_policy_v1);
  expect(policies.find(({ metadata }) => metadata.name === 'registry').spec.egress).toContainEqual({
    ports: [{ port: '8080', protocol: 'TCP' }],
    to: [{ ip_block: { cidr: '10.2.0.0/16' } }],
  });
  expect(made.addresses).toEqual(platform(undefined).addresses);
  expect(variable(server(platform(undefined, { encryptionKey })), 'WEBHOOKS_TARGETS').value).toBe('public');
});

test('says what the registry does not accept', () => {
  const withOidc = (oidc: object) => () =>
    problemsOf((app) => new Platform(app, { ...preset, registry: { mode: 'on', auth: { oidc } as Auth } }));
  const good = { issuer: 'https://idp.example.com', audience: 'a', roles: { a: 'read' } };
  expect(withOidc({ ...good, issuer: 'http://idp.example.com' })().join()).toMatch(/registry\.auth\.oidc\.issuer/);
  expect(withOidc({ ...good, roles: { a: 'root' } })().join()).toMatch(/registry\.auth\.oidc\.roles\.a/);
  expect(withOidc({ ...good, audiences: 'b' })().join()).toMatch(/audiences/);
});
