import { NamespaceV1 } from '@cdktf/provider-kubernetes/lib/namespace-v1';
import { Construct } from 'constructs';
import type { NamespaceSpec } from '../core/cluster';
import { partOf, platformLabel } from '../core/labels';
import { addNetworkPolicy } from './network-policy';

/** A namespace with a Pod Security level, in which nothing may talk to anything until a rule says so. */
export class Namespace extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: NamespaceV1;

  constructor(scope: Construct, id: string, spec: NamespaceSpec) {
    super(scope, id);
    this.resource = new NamespaceV1(this, 'Resource', {
      metadata: {
        name: spec.name,
        labels: {
          ...spec.labels,
          'app.kubernetes.io/managed-by': 'mlops-constructs',
          [platformLabel]: spec.platform,
          'pod-security.kubernetes.io/enforce': spec.podSecurity,
          'pod-security.kubernetes.io/warn': spec.podSecurity,
        },
      },
      lifecycle: { preventDestroy: spec.protect },
    });
    addNetworkPolicy(this, 'DefaultDeny', {
      name: 'default-deny',
      namespace: this.resource.metadata.name,
      labels: partOf(spec.platform),
      podLabels: {},
      rules: { ingress: [], egress: [] },
    });
  }
}
