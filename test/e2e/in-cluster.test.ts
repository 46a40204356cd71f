import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder';
import { makeCertificates } from '../services/support/certificates';
import { actAsCloudNativePg, actAsSeaweedfs, volumesOfSeaweedfs, weed } from './controllers';
import { installDefinitions, liveDefinitions, removeDefinitions } from './definitions';
import { foreignRelease } from './foreign-release';
import { buildImages, buildStandIn, repository } from './images';
import { jobs, name, stacks, synthesizeOnPrem } from './in-cluster-platform';
import {
  apply,
  everything,
  get,
  kubectl,
  live,
  mlops,
  mlopsStatus,
  portForward,
  secretValue,
  setFinalizers,
  until,
} from './kubectl';
import { leaks } from './leaks';
import { broughtGroups, keptGroups, makeMirror, seaweedfsImage } from './mirror';
import { startSurroundings } from './surroundings';
import { Terraform } from './terraform';

/**
 * A platform like examples/on-prem, applied by Terraform to a real API server. Charts come from a mirror of charts that
 * start nothing, with the real definitions; `controllers.ts` does what CloudNativePG and SeaweedFS would, on real servers.
 */
const folder = temporaryFolder('in-cluster');
const terraform = new Terraform(folder);
const tag = 'e2e';
const kubeconfig = process.env.KUBECONFIG as string;
const [foundation, operators, data, platform] = stacks as [string, string, string, string];
const figures: Record<string, unknown> = {};
const seconds: Record<string, number> = {};
const plans: string[] = [];
const monitoring = 'monitoring.coreos.com';
let servers: Awaited<ReturnType<typeof startSurroundings>>;
let ca: string;
/** What the cluster had before. */
let before: string[];

/** The default class, without which nobody gets a volume. */
const volumes = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'by-hand', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/no-provisioner',
};
const place = {
  kubeconfig,
  tag,
  mirror: `${folder}/charts` as `/${string}`,
  facts: join(folder, 'cluster.json'),
};
const synthesize = () => {
  writeFileSync(place.facts, mlops('nodes'));
  synthesizeOnPrem(folder, place);
};
const changes = () =>
  stacks.map((stack) => {
    const plan = terraform.plan(stack);
    plans.push(plan.json);
    return { stack, changes: plan.changes };
  });
const nothing = stacks.map((stack) => ({ stack, changes: [] }));
const adopt = (stack: string, ...options: string[]) =>
  mlopsStatus('adopt', stack, '--output', join(folder, 'cdktf.out'), ...options);
const applied = (stack: string) => {
  seconds[stack] = terraform.apply(stack);
};

beforeAll(async () => {
  const certificates = makeCertificates(folder, `database-rw.${name}.svc`);
  ca = certificates.ca;
  servers = await startSurroundings(certificates.server);
  buildImages(tag, undefined);
  buildStandIn(`${repository}/${seaweedfsImage}`, { weed });
  // of another suite's
  removeDefinitions([...broughtGroups, monitoring]);
  apply(volumes);
  makeMirror(place.mirror);
}, 300_000);

afterAll(async () => {
  console.log(JSON.stringify(figures, null, 2));
  await servers?.stop();
  removeDefinitions(broughtGroups);
  kubectl('delete', 'storageclass', volumes.metadata.name, '--ignore-not-found');
}, 120_000);

test('synth refuses what exists by the preset and not in the cluster, by the facts that mlops nodes printed', () => {
  expect(synthesize).toThrow(`does not serve ${monitoring}/v1 of PodMonitor, got PodMonitor: no definition`);
  installDefinitions([monitoring]);
  before = everything();
  synthesize();
}, 60_000);

test('foundation and operators apply: definitions come before what needs them', () => {
  for (const stack of stacks) terraform.init(stack);
  applied(foundation);
  applied(operators);
}, 300_000);

test('a release of that name by somebody else is refused, adopt names it, and nothing of it changes', async () => {
  const theirs = foreignRelease('database', name, kubeconfig);
  const { status, output } = await terraform.begin(data, 'apply', '-auto-approve', '-input=false').ended;
  expect(status).toBe(1);
  expect(output).toContain('cannot re-use a name that is still in use');
  expect(adopt(data)).toEqual({
    status: 1,
    stdout: '',
    stderr:
      `mlops: the stack wants names that somebody else has taken, got release ${name}/database is of chart postgresql, not manifests; ` +
      `remove those objects (helm uninstall database -n ${name}), or give the platform another name; if they are ours, put the labels back\n`,
  });
  expect(theirs.changes()).toEqual([]);
  theirs.remove();
}, 120_000);

test('data and platform apply: the registry comes up on the server and the bucket that they name', async () => {
  applied(data);
  await actAsCloudNativePg(name, servers, ca);
  await actAsSeaweedfs(name, servers);
  applied(platform);
  figures['apply seconds'] = seconds;

  const { url, stop } = await portForward(name, 'registry', 5000);
  try {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'over-http' });
    const created = await fetch(`${url}/api/2.0/mlflow/experiments/create`, {
      method: 'POST',
      headers,
      body,
    });
    const { experiment_id } = (await created.json()) as {
      experiment_id: string;
    };
    const rows = await servers.sql("select name from experiments where name = 'over-http'", `${name}_registry`);
    expect(rows).toEqual([{ name: 'over-http' }]);
    const artifact = `${url}/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/note.txt`;
    expect((await fetch(artifact, { method: 'PUT', body: 'kept in the bucket' })).status).toBe(200);
    expect(readdirSync(join(servers.bucketFolder, 'registry', experiment_id))).toEqual(['note.txt']);
  } finally {
    stop();
  }
  const connections = `select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where usename = '${name}_registry'`;
  expect(await servers.sql(connections)).toEqual([{ ssl: true }]);
}, 400_000);

test('the second plan of each stack is empty', () => expect(changes()).toEqual(nothing), 120_000);

test('live custom resources equal the applied ones', () => {
  const manifests = stacks.flatMap((stack) => terraform.manifests(stack));
  const custom = manifests.filter(({ kind }) => !['NetworkPolicy', 'CustomResourceDefinition'].includes(kind));
  const count = (kind: string) => custom.filter((manifest) => manifest.kind === kind).length;
  const kinds = [...new Set(custom.map(({ kind }) => kind))].sort();
  expect(Object.fromEntries(kinds.map((kind) => [kind, count(kind)]))).toEqual({
    Certificate: 2,
    Cluster: 1,
    ClusterQueue: 1,
    Database: 1,
    DatabaseRole: 1,
    EnvoyProxy: 1,
    Gateway: 1,
    GatewayClass: 1,
    HTTPRoute: 2,
    Issuer: 2,
    LocalQueue: 1,
    ObjectStore: 1,
    PodMonitor: 1,
    ResourceFlavor: 1,
    ScheduledBackup: 1,
    ServiceMonitor: 1,
    WorkloadPriorityClass: 2,
  });
  expect(live(manifests)).toMatchObject(manifests);
  figures['custom resources judged by the API server'] = custom.length;
});

test('a state that forgot releases, definitions and keys is repaired; no database and no volume is touched', async () => {
  const addresses = stacks.map((stack) => terraform.addresses(stack));
  // an import takes seconds: a few of each kind
  const forgotten = {
    [operators]: /Gateway_Objects|\["gateways\./,
    [data]: /Postgres_(Server|Password)|Users-default/,
  };
  const uids = () => get('pvc,clusters.postgresql.cnpg.io', '-n', name).items.map(({ metadata }: Live) => metadata.uid);
  const uidsBefore = uids();
  for (const [stack, names] of Object.entries(forgotten)) {
    const lost = terraform.addresses(stack).filter((address) => names.test(address));
    terraform.forget(stack, lost);
    const repair = adopt(stack, '--run');
    expect(repair).toMatchObject({ status: 0, stderr: '' });
    expect(repair.stdout.match(/ {4}# /g)).toHaveLength(lost.length);
    terraform.apply(stack);
    expect(terraform.plan(stack).changes).toEqual([]);
  }
  // as the operator does when a Secret has another password
  const password = secretValue(name, 'postgres-registry', 'password');
  await servers.sql(`alter role ${name}_registry password '${password}'`);
  expect(stacks.map((stack) => terraform.addresses(stack))).toEqual(addresses);
  expect(uids()).toEqual(uidsBefore);
}, 400_000);

interface Live {
  readonly metadata: { readonly name: string; readonly uid: string };
}

test('no key is in state, plans, logs, ConfigMaps or objects', () => {
  const secret = (namespace: string, secretName: string, key = 'secretAccessKey') =>
    secretValue(namespace, secretName, key);
  const secrets = [
    secret(name, 'postgres-registry', 'password'),
    secret(name, 'seaweedfs-config', 'key'),
    ...['registry', 'postgres-backup', 'default'].map((user) => secret(name, `s3-${user}`)),
    secret(jobs, 's3-default'),
  ];
  const found = leaks(secrets, {
    ...Object.fromEntries(stacks.map((stack) => [`state of ${stack}`, terraform.state(stack)])),
    plans: plans.join('\n'),
    'output of terraform': terraform.log.join('\n'),
    'logs of jobs': kubectl('logs', '-n', name, '-l', 'app.kubernetes.io/name=seaweedfs-users', '--tail=-1'),
    ConfigMaps: kubectl('get', 'configmaps', '-A', '-o', 'json'),
    objects: kubectl('get', 'pods,deployments,jobs,clusters.postgresql.cnpg.io', '-A', '-o', 'json'),
  });
  expect(found).toEqual([]);
}, 60_000);

/** Destroys a stack while one of its objects waits for a controller; `why` names it, and without its finalizer it goes. */
async function destroysAfter(stack: string, object: readonly string[], finalizer: string, line: string): Promise<void> {
  setFinalizers([finalizer], ...object);
  const destroy = terraform.begin(stack, 'destroy', '-auto-approve', '-input=false');
  await until('the reason', 60, () => {
    const { status, stdout } = mlopsStatus('why', name);
    return (
      status === 2 &&
      stdout.includes(`${line}: is being deleted, and waits for whoever takes off its finalizer ${finalizer}`)
    );
  });
  setFinalizers(null, ...object);
  expect((await destroy.ended).status).toBe(0);
}

test('destroy in reverse, with finalizers whose controller is gone, leaves nothing but definitions', async () => {
  terraform.destroy(platform);
  const database = ['database.postgresql.cnpg.io', 'registry', '-n', name];
  await destroysAfter(data, database, 'cnpg.io/deleteDatabase', `${name}/Database registry`);
  // the database's volume goes with its Cluster; those of the store stay until foundation takes the namespace
  const claims = () => get('pvc', '-n', name).items.map(({ metadata }: Live) => metadata.name);
  await until('the volume of the database to go', 60, () => claims().length === volumesOfSeaweedfs.length);
  expect(claims()).toEqual(volumesOfSeaweedfs);
  const gatewayClass = ['gatewayclass.gateway.networking.k8s.io', name];
  const finalizer = 'gateway-exists-finalizer.gateway.networking.k8s.io';
  await destroysAfter(operators, gatewayClass, finalizer, `GatewayClass ${name}`);
  terraform.destroy(foundation);

  expect(stacks.map((stack) => terraform.addresses(stack))).toEqual([[], [], [], []]);
  const kept = liveDefinitions(keptGroups).map(
    (definition) => `customresourcedefinition.apiextensions.k8s.io/${definition}`,
  );
  expect(kept.length).toBeGreaterThan(keptGroups.length);
  expect(everything().filter((object) => !before.includes(object))).toEqual(kept);
  // nobody's to drop but the administrator's
  const databases = await servers.sql(`select datname from pg_database where datname = '${name}_registry'`);
  expect(databases).toHaveLength(1);
}, 300_000);
