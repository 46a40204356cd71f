import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { RandomProvider } from '@cdktf/provider-random/lib/provider';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { GeneratedPassword, PasswordSpec } from '../core/cluster';
import { literals } from './literal';

/**
 * A random password that exists in one Secret and nowhere else: an ephemeral value, written by a write-only attribute.
 * It is written again only when the revision rises, although the ephemeral value differs in every run.
 */
export class Password extends Construct implements GeneratedPassword {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: SecretV1;
  /** Name of the Secret, as a reference: who uses it waits for it. */
  readonly secretName: string;
  readonly identity: string;

  constructor(scope: Construct, id: string, spec: PasswordSpec) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    if (!stack.node.tryFindChild('RandomProvider')) new RandomProvider(stack, 'RandomProvider');
    this.resource = new SecretV1(this, 'Resource', {
      metadata: {
        name: spec.secretName,
        namespace: spec.namespace,
        labels: { ...spec.labels, 'app.kubernetes.io/managed-by': 'mlops-constructs' },
      },
      type: spec.type ?? 'Opaque',
      dataWoRevision: spec.revision,
    });
    // cdktf 0.21 has no ephemeral blocks; letters and digits only, so that no URL or shell needs an escape
    const name = this.resource.friendlyUniqueId;
    stack.addOverride(`ephemeral.random_password.${name}`, { length: 40, special: false });
    this.resource.addOverride('data_wo', {
      ...literals(spec.beside ?? {}),
      [spec.key]: `\${ephemeral.random_password.${name}.result}`,
    });
    this.secretName = this.resource.metadata.name;
    this.identity = this.resource.metadata.uid;
  }
}
