import { TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * A `terraform_data` that is replaced when `on` changes: what names it in `replaceTriggeredBy` is then replaced, too.
 * The class of cdktf for it runs `terraform version` in every synth, and fails where there is no Terraform.
 */
export class Trigger extends TerraformResource {
  constructor(
    scope: Construct,
    id: string,
    private readonly on: Readonly<Record<string, unknown>>,
  ) {
    super(scope, id, {
      terraformResourceType: 'terraform_data',
      terraformGeneratorMetadata: { providerName: 'terraform' },
    });
  }

  protected override synthesizeAttributes() {
    return { triggers_replace: this.on };
  }
}
