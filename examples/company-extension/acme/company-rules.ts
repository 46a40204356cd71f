import { IngressV1 } from '@cdktf/provider-kubernetes/lib/ingress-v1';
import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { type IAspect, TerraformResource } from 'cdktf';
import type { IConstruct } from 'constructs';
import { report } from 'mlops-constructs';

interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * 3. An Aspect: what must hold for every resource, whoever made it: `Aspects.of(app).add(new CompanyRules('4711'))`.
 * It puts a tag on all that takes one, and refuses what has no label of its owner or is open to the world. What it
 * reports stands among the problems of synth, with the path; nothing is written then.
 */
export class CompanyRules implements IAspect {
  /** @param costCenter who pays */
  constructor(private readonly costCenter: string) {}

  visit(construct: IConstruct): void {
    if (!TerraformResource.isTerraformResource(construct)) return;
    this.tag(construct);
    this.requireLabels(construct);
    this.forbidPublicAccess(construct);
  }

  private tag(resource: TerraformResource): void {
    // resources of Kubernetes have labels, those of AWS tags
    if (metadataOf(resource)) resource.addOverride('metadata.labels.cost-center', this.costCenter);
    if ('tagsInput' in resource) resource.addOverride('tags.cost-center', this.costCenter);
  }

  private requireLabels(resource: TerraformResource): void {
    if (!workloads.test(resource.terraformResourceType)) return;
    const labels = metadataOf(resource)?.labels ?? {};
    if (labels['app.kubernetes.io/name']) return;
    report(resource, {
      what: "every workload says what it is, in the label 'app.kubernetes.io/name'",
      got: Object.keys(labels).join(', ') || 'no labels',
      do: 'add the label',
    });
  }

  private forbidPublicAccess(resource: TerraformResource): void {
    const open =
      resource instanceof IngressV1
        ? 'an Ingress'
        : resource instanceof ServiceV1 && ['LoadBalancer', 'NodePort'].includes(resource.specInput?.type ?? '')
          ? `a Service of type ${resource.specInput?.type}`
          : undefined;
    if (open === undefined) return;
    report(resource, {
      what: 'nothing of ours is open beside the gateway',
      got: open,
      do: 'give it a hostname through operators.gateway',
    });
  }
}

const workloads = /^kubernetes_(deployment|stateful_set|daemon_set|cron_job|job)_v1$/;

/** Of a resource of Kubernetes; undefined for all others. */
const metadataOf = (resource: TerraformResource) =>
  resource.terraformResourceType.startsWith('kubernetes_')
    ? (resource as unknown as { readonly metadataInput?: Metadata }).metadataInput
    : undefined;
