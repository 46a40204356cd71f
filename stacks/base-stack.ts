import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';

/** Write-only attributes and ephemeral values: without them passwords would lie in the state. OpenTofu 1.11 has them too. */
const requiredVersion = '>= 1.11';

/** What every stack of a platform has: a minimum version, and its state beside the project instead of inside cdktf.out. */
export class BaseStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.addOverride('terraform.required_version', requiredVersion);
    // as seen from cdktf.out/stacks/<stack>; cdktf's own default is an absolute path
    new LocalBackend(this, { path: `../../../.state/${id}.tfstate` });
  }
}
