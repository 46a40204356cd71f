import { LocalBackend, S3Backend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Preset } from '../lib/presets/schema';

/** Write-only attributes and ephemeral values: without them passwords would lie in the state. OpenTofu 1.11 has them too. */
const requiredVersion = '>= 1.11';

/** What every stack of a platform has: a minimum version, and a place for its state. */
export class BaseStack extends TerraformStack {
  constructor(scope: Construct, id: string, state: Preset['state'] = { mode: 'local' }) {
    super(scope, id);
    this.addOverride('terraform.required_version', requiredVersion);
    if (state.mode === 's3') this.addS3Backend(`${id}.tfstate`, state);
    // as seen from cdktf.out/stacks/<stack>; cdktf's own default is an absolute path inside cdktf.out
    else new LocalBackend(this, { path: `../../../.state/${id}.tfstate` });
  }

  /** Credentials come from the environment, as always with this backend. */
  private addS3Backend(
    key: string,
    { bucket, region, prefix, endpoint }: Extract<Preset['state'], { mode: 's3' }>,
  ): void {
    new S3Backend(this, {
      bucket,
      key: prefix ? `${prefix}/${key}` : key,
      region: region ?? 'us-east-1',
      // no `encrypt`: without a key's id it asks for AES256, which goes before the key that the bucket has as its default
      ...(endpoint ? { endpoints: { s3: endpoint }, ...notAws } : {}),
    });
    // a lock beside the state; cdktf 0.21 knows only the older one in DynamoDB
    this.addOverride('terraform.backend.s3.use_lockfile', true);
  }
}

/** What Terraform would ask AWS about, and no other server answers. */
const notAws = {
  usePathStyle: true,
  skipCredentialsValidation: true,
  skipRegionValidation: true,
  skipRequestingAccountId: true,
  skipMetadataApiCheck: true,
} as const;
