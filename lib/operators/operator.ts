import { Construct, type IConstruct } from 'constructs';
import type { ICluster } from '../core/cluster';
import { report } from '../core/errors';
import { after } from './after';
import { operatorPolicy } from './network-policy';
import { noteImages } from './note-images';
import type { OperatorSpec } from './spec';

export interface OperatorProps {
  readonly cluster: ICluster;
  /** Name of the platform. */
  readonly platform: string;
  /** What to install, such as `certManager()`. */
  readonly operator: OperatorSpec;
  /**
   * What lets `operator.serviceAccount` into the cloud, such as a role with its Pod Identity association: pods that
   * start before it is there stay without rights.
   * @default - nothing; an error if the operator needs rights
   */
  readonly identity?: IConstruct | undefined;
  /**
   * What it must find when it starts, such as the chart whose definitions it looks for.
   * @default - nothing
   */
  readonly startsAfter?: readonly IConstruct[] | undefined;
  /**
   * Labels of its namespace, by which other controllers find it.
   * @default - none
   */
  readonly namespaceLabels?: Readonly<Record<string, string>> | undefined;
}

/** A third-party operator in a namespace of its own: network policy, then the chart, then custom resources. */
export class Operator extends Construct {
  readonly namespace: string;
  /** The release, for whatever this class does not cover. */
  readonly chart: IConstruct;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: OperatorProps,
  ) {
    super(scope, id);
    const { cluster, platform, operator, identity, startsAfter = [], namespaceLabels: labels } = props;
    const { chart, podSecurity, network, serviceAccount } = operator;
    this.namespace = chart.namespace;
    if (serviceAccount !== undefined && identity === undefined) {
      report(this, {
        what: `operator '${chart.name}' needs rights in the cloud`,
        got: 'no identity',
        do: `give it one for the service account '${this.namespace}/${serviceAccount}'`,
      });
    }
    cluster.addNamespace(this, 'Namespace', { name: this.namespace, platform, podSecurity, labels, protect: false });
    const namespace = this.node.findChild('Namespace');
    const policy = cluster.addManifests(this, 'Network', {
      release: 'network',
      namespace: this.namespace,
      manifests: [operatorPolicy({ platform, namespace: this.namespace, network, dns: cluster.dns })],
    });
    this.chart = cluster.addChart(this, 'Chart', chart);
    noteImages(this, operator);
    after(policy, namespace);
    after(this.chart, namespace, policy, ...(identity ? [identity] : []), ...startsAfter);
  }

  /** A second chart in its namespace that works beside it: made after it. */
  addPlugin(id: string, plugin: OperatorSpec, startsAfter: readonly IConstruct[] = []): IConstruct {
    const chart = this.props.cluster.addChart(this, id, { ...plugin.chart, namespace: this.namespace });
    noteImages(this, plugin);
    after(chart, this.chart, ...startsAfter);
    return chart;
  }

  /** Custom resources that this operator understands, as one release: made after it, gone before it is destroyed. */
  addManifests(id: string, release: string, manifests: readonly Readonly<Record<string, unknown>>[]): IConstruct {
    const added = this.props.cluster.addManifests(this, id, {
      release,
      namespace: this.namespace,
      manifests,
      awaitDeletion: true,
    });
    after(added, this.chart);
    return added;
  }
}
