import { Construct } from 'constructs';
import { report } from '../core/errors';
import type { GatewayNeed } from '../core/gateway';
import { names } from '../core/names';
import { note } from '../core/notes';
import type { IObjectStore, IPostgres } from '../core/storage';
import type { ITarget, PlatformNeeds, TargetStack } from '../core/target';
import { ownCaSecret } from '../operators/certificates';
import { installedGateway } from '../operators/gateway';
import type { KubernetesTargetSpec } from '../presets/kubernetes-target-schema';
import { Cluster } from './cluster';
import { type DataStores, dataStores } from './data';
import { labelDuties } from './gpu-sharing';
import { operatorProblems } from './operator-problems';
import { addOperators, anyOf, type Wanted, wanted } from './operators';

export type KubernetesTargetProps = KubernetesTargetSpec & {
  /** Name of the platform. */
  readonly platform: string;
  /**
   * Refuses to destroy what holds data.
   * @default true
   */
  readonly protect?: boolean | undefined;
};

/** An existing cluster, with Postgres and an S3 server that somebody else runs, or that are installed in it. */
export class KubernetesTarget extends Construct implements ITarget {
  readonly cluster: Cluster;
  readonly unprotected: string;
  private readonly stores: DataStores;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: KubernetesTargetProps,
  ) {
    super(scope, id);
    const { platform, context, protect = true } = props;
    this.cluster = Cluster.fromKubeconfig(this, 'Cluster', { name: context ?? platform, ...props });
    this.stores = dataStores(this, { ...props, protect, cluster: this.cluster });
    const taken = this.stores.inCluster.map((store) => `, and data takes ${store}`).join('');
    this.unprotected = `destroying foundation takes the namespaces, with the Secrets in them${taken}`;
  }

  postgres(scope: Construct): IPostgres {
    return this.stores.postgres(scope);
  }

  objectStore(scope: Construct): IObjectStore {
    return this.stores.objectStore(scope);
  }

  stacks(needs: PlatformNeeds): TargetStack[] {
    const { platform, operators = {}, postgres } = this.props;
    const inCluster = postgres.install !== undefined;
    const backup = postgres.install !== undefined && postgres.backup !== undefined;
    const install = wanted(needs.installs, operators, { inCluster, backup });
    for (const problem of operatorProblems(install, operators)) report(this, problem);
    this.noteDuties(install);
    this.stores.use(needs);
    const { cluster, props } = this;
    const { monitoring } = needs;
    const stack: TargetStack = {
      name: 'operators',
      add: (scope) => addOperators(scope, { platform, cluster, wanted: install, target: props, monitoring }),
    };
    return [
      { name: 'foundation', add: (scope) => this.addNamespaces(scope, needs.namespaces) },
      ...(anyOf(install) ? [stack] : []),
      { name: 'data', add: (scope) => this.stores.add(scope, needs) },
    ];
  }

  /** Applied first, so that Secrets which people bring themselves have a place before anything needs them. */
  private addNamespaces(scope: Construct, namespaces: PlatformNeeds['namespaces']): void {
    for (const { id, ...spec } of namespaces) this.cluster.addNamespace(scope, id, spec);
  }

  private noteDuties({ gateway, gpuOperator }: Wanted): void {
    if (gateway) this.noteGateway(gateway);
    if (gpuOperator) for (const duty of labelDuties(this.props.pools)) note(this, duty);
    const { imageRegistry } = this.props;
    if (imageRegistry !== undefined)
      note(this, `copy every image of 'mlops images list' to '${imageRegistry}', each under its whole name`);
    for (const name of this.props.imagePullSecrets ?? [])
      note(
        this,
        `Secret '${name}' must be in the namespaces '${names.namespace(this.props.platform)}' and '${names.jobsNamespace(this.props.platform)}'`,
      );
  }

  private noteGateway({ access, tls = 'own-ca', hostnames }: GatewayNeed): void {
    const { name, namespace } = installedGateway(this.props.platform);
    const where = `Service '${namespace}/${name}'`;
    for (const hostname of hostnames) {
      note(
        this,
        access === 'private'
          ? `'${hostname}' is reached inside the cluster only: point it at ${where} yourself`
          : `DNS: point '${hostname}' at the address that ${where} got`,
      );
    }
    if (tls === 'own-ca')
      note(this, `clients must trust the platform's own CA: ca.crt of Secret '${namespace}/${ownCaSecret(name)}'`);
  }
}
