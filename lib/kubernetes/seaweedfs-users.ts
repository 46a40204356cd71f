import type { Construct, IConstruct } from 'constructs';
import { secretsFolder } from '../core/environment';
import { partOf } from '../core/labels';
import { names } from '../core/names';
import { networkRules } from '../core/network-rules';
import { inNamespace, tcp } from '../core/peers';
import { after } from '../operators/after';
import { seaweedfsName, seaweedfsUser } from '../operators/seaweedfs';
import type { Cluster } from './cluster';

/** A workload with a key of its own. */
export interface StoreUser {
  readonly workload: string;
  readonly namespace: string;
}

/** All workloads of a namespace that have no key of their own. */
export const otherWorkloads = 'default';

/** Secret with the key of a workload, in the workload's namespace: `accessKeyId` and `secretAccessKey`. */
export const storeSecret = (workload: string) => `s3-${workload}`;

export interface StoreUsersProps {
  readonly cluster: Cluster;
  readonly platform: string;
  readonly bucket: string;
  readonly users: readonly StoreUser[];
  /** @default 1 */
  readonly passwordRevision?: number | undefined;
  /** Image of SeaweedFS. */
  readonly image: string;
  /** Made before. */
  readonly server: IConstruct;
  readonly ports: readonly number[];
  readonly podLabels: Readonly<Record<string, string>>;
}

/** Name of the Jobs, by which the server lets them in. */
export const storeUsersTask = 'seaweedfs-users';

/**
 * A key for each workload and the bucket, by a Job in each namespace: a key lies in one Secret, in the namespace where it
 * is used, and only pods of that namespace can read it. Runs again without harm; takes nothing away.
 */
export function addStoreUsers(scope: Construct, props: StoreUsersProps): void {
  const { cluster, platform, users } = props;
  const services = names.namespace(platform);
  for (const namespace of [services, names.jobsNamespace(platform)]) {
    const own = users.filter((user) => user.namespace === namespace).map(({ workload }) => workload);
    addTask(scope, namespace === services ? 'Users' : 'JobUsers', namespace, [...own, otherWorkloads], props);
  }
  function addTask(
    scope: Construct,
    id: string,
    namespace: string,
    workloads: readonly string[],
    props: StoreUsersProps,
  ) {
    const { image, bucket, ports, podLabels, passwordRevision: revision = 1 } = props;
    const identity = cluster.addIdentity(scope, `${id}Identity`, { name: storeUsersTask, namespace });
    const keys = workloads.map((workload) => {
      const accessKeyId = `${namespace}-${workload}`;
      const { secretName, identity } = cluster.addPassword(scope, `${id}-${workload}`, {
        secretName: storeSecret(workload),
        namespace,
        key: 'secretAccessKey',
        revision,
        beside: { accessKeyId },
      });
      return {
        accessKeyId,
        identity,
        file: { secretName, key: 'secretAccessKey', path: `${secretsFolder('keys')}/${accessKeyId}` },
      };
    });
    const to = [inNamespace(services, podLabels)];
    const { egress } = networkRules({ platform, dns: cluster.dns, destinations: [] });
    const variables = [
      { name: 'MASTER', value: `${seaweedfsName}-master.${services}.svc:9333` },
      { name: 'FILER', value: `${seaweedfsName}-filer.${services}.svc:8888` },
      { name: 'BUCKET', value: bucket },
    ];
    const job = cluster.addTask(scope, id, {
      name: storeUsersTask,
      namespace,
      labels: partOf(platform),
      serviceAccountName: identity.serviceAccountName,
      podSecurity: 'restricted',
      container: {
        image,
        user: seaweedfsUser,
        command: ['/bin/sh', '-eu', '-c', storeUsersScript],
        variables,
        secretFiles: keys.map(({ file }) => file),
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '128Mi' } },
        readOnly: true,
      },
      pool: cluster.pool({ purpose: 'services' }),
      network: { ingress: [], egress: [...egress, { to, ports: tcp(...ports) }] },
      // a Secret that somebody deleted comes back with another key, which the server must learn
      runAgainWith: keys.map((key) => key.identity).join(' '),
      input: { bucket, keys: keys.map(({ accessKeyId }) => accessKeyId), revision, image, storeUsersScript },
      timeoutSeconds: 600,
    });
    after(job, props.server);
  }
}

/**
 * In the shell of SeaweedFS, which reads commands from its input and reports failures on its second output only; what it
 * prints on the first holds keys, and is thrown away.
 */
export const storeUsersScript = `
ask() {
  timeout 60 weed shell -master="$MASTER" -filer="$FILER" > /tmp/answer 2> /tmp/log || return 1
  ! grep -E '^(error|unknown command)' /tmp/log >&2
}
tries=0
until echo s3.bucket.list | ask; do
  tries=$((tries + 1))
  if [ "$tries" -ge 30 ]; then echo "SeaweedFS at $FILER does not answer" >&2; exit 1; fi
  sleep 5
done
grep -q "^ *$BUCKET[[:space:]]" /tmp/answer || echo "s3.bucket.create -name=$BUCKET" | ask
for file in ${secretsFolder('keys')}/*; do
  name=$(basename "$file")
  test -s "$file"
  {
    printf 's3.configure -user=%s -access_key=%s -secret_key=' "$name" "$name"
    cat "$file"
    printf ' -buckets=%s -actions=Read,Write,List,Tagging -apply\\n' "$BUCKET"
  } | ask
  echo "$name may read and write $BUCKET"
done
`;
