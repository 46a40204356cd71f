import type { Construct } from 'constructs';
import type { MakeTarget, PlatformNeeds, TargetContext, TargetStack } from 'mlops-constructs';
import { type ExistingPool, KubernetesTarget } from 'mlops-constructs/kubernetes';

export interface DataCentreProps {
  /** `dc1`: all addresses follow from it. */
  readonly site: string;
  readonly pools: Readonly<Record<string, ExistingPool>>;
}

/**
 * 5. A target class: where the company's platforms land. It stands in a preset in the place of a target that is data:
 * `target: DataCentre.of({ site: 'dc1', pools })`. This one is a Kubernetes target whose addresses follow from the site,
 * with a limit range of the company's own in every namespace; a class that implements `ITarget` by itself is as good.
 */
export class DataCentre extends KubernetesTarget {
  static readonly of =
    (props: DataCentreProps): MakeTarget =>
    (scope, id, context) =>
      new DataCentre(scope, id, context, props);

  constructor(scope: Construct, id: string, { platform }: TargetContext, { site, pools }: DataCentreProps) {
    const s3 = (key: string) => ({ secretName: 's3', key });
    super(scope, id, {
      kind: 'kubernetes',
      platform,
      kubeconfig: 'kubeconfig.yaml',
      context: site,
      pools,
      chartMirror: 'oci://registry.acme.example/charts',
      imagePullSecrets: ['registry-acme'],
      postgres: {
        host: `postgres.${site}.acme.example`,
        cidrs: ['10.20.0.0/24'],
        admin: { user: 'mlops_admin', password: { secretName: 'postgres-admin', key: 'password' } },
      },
      objectStore: {
        endpoint: `https://s3.${site}.acme.example`,
        bucket: `${platform}-ml`,
        cidrs: ['10.20.1.0/24'],
        credentials: { default: { accessKeyId: s3('id'), secretAccessKey: s3('secret') } },
      },
    });
  }

  override stacks(needs: PlatformNeeds): TargetStack[] {
    return super
      .stacks(needs)
      .map((stack) =>
        stack.name === 'foundation' ? { ...stack, add: (scope) => this.addFoundation(stack, scope, needs) } : stack,
      );
  }

  private addFoundation(stack: TargetStack, scope: Construct, { namespaces }: PlatformNeeds): void {
    stack.add(scope);
    for (const { id, name: namespace } of namespaces) {
      this.cluster.addManifests(scope, `${id}Limits`, {
        release: 'limits',
        namespace,
        manifests: [
          {
            apiVersion: 'v1',
            kind: 'LimitRange',
            metadata: { name: 'containers', namespace },
            spec: { limits: [{ type: 'Container', max: { 'ephemeral-storage': '200Gi' } }] },
          },
        ],
      });
    }
  }
}
