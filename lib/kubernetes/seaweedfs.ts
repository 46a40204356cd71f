import type { Construct } from 'constructs';
import { partOf } from '../core/labels';
import { names } from '../core/names';
import { networkRules } from '../core/network-rules';
import { callers, inNamespace, ofPlatform, tcp } from '../core/peers';
import type { Monitoring } from '../core/service-manifests';
import type { IObjectStore } from '../core/storage';
import { type Memory, mebibytes } from '../core/units';
import { after } from '../operators/after';
import { fromRegistry, inRegistry } from '../operators/image-registry';
import { noteImages } from '../operators/note-images';
import { adminKeyVariable, seaweedfsName as name, seaweedfs, seaweedfsImage } from '../operators/seaweedfs';
import type { Cluster } from './cluster';
import { selectorLabels } from './labels';
import { NamedSeaweedfs, podLabels, type SeaweedfsByNameProps, s3Callers, s3Port } from './seaweedfs-by-name';
import { addStoreUsers, storeUsersTask } from './seaweedfs-users';

/** Masters, volume servers and the filer speak to each other over HTTP and gRPC, which is the port plus 10000. */
const innerPorts = [9333, 19333, 8080, 18080, 8888, 18888];

export interface SeaweedfsOptions {
  readonly bucket: string;
  /** Size of one volume server's disk; fixed, because the claims of a StatefulSet are: grow by `volumeServers`. */
  readonly storage: Memory;
  /**
   * How many disks there are; may grow. Each file is on one of them only.
   * @default 1
   */
  readonly volumeServers?: number | undefined;
  /**
   * Raise it by one to give every workload another key.
   * @default 1
   */
  readonly passwordRevision?: number | undefined;
}

export interface SeaweedfsProps extends SeaweedfsOptions, SeaweedfsByNameProps {
  readonly cluster: Cluster;
  /** Refuses to be destroyed. */
  readonly protect: boolean;
  /** @default - images come from their own registries */
  readonly imageRegistry?: string | undefined;
  /** @default - nobody scrapes it */
  readonly monitoring?: Monitoring | undefined;
  /** Labels of pods in its namespace that come to S3 without the label of a caller. @default - none */
  readonly alsoFrom?: Readonly<Record<string, string>> | undefined;
}

/**
 * An S3 server in the cluster, with one bucket and a key for each workload. Callers without a key are refused from its
 * first start on: its own file holds one identity, which nobody uses, and the others lie in its store.
 */
export class Seaweedfs extends NamedSeaweedfs {
  /** A bucket that another stack makes. */
  static fromName(scope: Construct, id: string, props: SeaweedfsByNameProps): IObjectStore {
    return new NamedSeaweedfs(scope, id, props);
  }

  constructor(scope: Construct, id: string, props: SeaweedfsProps) {
    super(scope, id, props);
    const { cluster, platform } = props;
    const namespace = names.namespace(platform);
    const policy = this.addPolicy(props, namespace);
    const config = cluster.addPassword(this, 'Config', {
      secretName: `${name}-config`,
      namespace,
      key: 'key',
      revision: 1,
      beside: { seaweedfs_s3_config: configuration },
    });
    const operator = fromRegistry(
      seaweedfs({
        namespace,
        storage: `${mebibytes(props.storage)}Mi`,
        metadataStorage: '10Gi',
        volumeServers: props.volumeServers ?? 1,
        storageClass: cluster.storageClass,
        configSecret: config.secretName,
        pool: cluster.pool({ purpose: 'services' }),
        monitoring: props.monitoring,
        imagePullSecret: cluster.pullSecrets[0],
      }),
      props.imageRegistry,
    );
    noteImages(this, operator);
    const chart = cluster.addChart(this, 'Chart', { ...operator.chart, protect: props.protect });
    after(chart, policy);
    addStoreUsers(this, {
      ...props,
      image: inRegistry(seaweedfsImage, props.imageRegistry),
      server: chart,
      ports: innerPorts,
      podLabels,
    });
  }

  /** Workloads come to S3 only; whoever reaches the other ports needs no key. */
  private addPolicy({ cluster, platform, monitoring, alsoFrom }: SeaweedfsProps, namespace: string): Construct {
    const self = inNamespace(namespace, podLabels);
    return cluster.addNetworkPolicy(this, 'NetworkPolicy', {
      name,
      namespace,
      labels: partOf(platform),
      podLabels,
      rules: {
        ingress: [
          { from: [self], ports: tcp(...innerPorts, s3Port) },
          {
            from: [callers(platform, s3Callers), ...(alsoFrom ? [inNamespace(namespace, alsoFrom)] : [])],
            ports: tcp(s3Port),
          },
          { from: [ofPlatform(platform, selectorLabels(storeUsersTask))], ports: tcp(...innerPorts) },
          ...(monitoring ? [{ from: [inNamespace(monitoring.namespace)], ports: tcp(9327) }] : []),
        ],
        egress: [
          ...networkRules({ platform, dns: cluster.dns, destinations: [] }).egress,
          { to: [self], ports: tcp(...innerPorts, s3Port) },
        ],
      },
    });
  }
}

/** SeaweedFS puts the variable's value in its place; for Terraform it is text. */
const configuration = JSON.stringify({
  identities: [
    {
      name: 'administrator',
      credentials: [{ accessKey: 'administrator', secretKey: `\${${adminKeyVariable}}` }],
      actions: ['Admin'],
    },
  ],
});
