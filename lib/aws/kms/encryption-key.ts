import { DataAwsKmsAlias } from '@cdktf/provider-aws/lib/data-aws-kms-alias';
import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { Construct, type IConstruct } from 'constructs';
import { attempt } from '../../core/errors';
import { accountId } from '../account';
import { type PolicyStatement, policyDocument } from '../iam/policy-document';
import { awsNames } from '../names';
import { platformTags } from '../tags';
import type { KeyUser } from './key-users';

/** A KMS key. */
export interface IEncryptionKey extends IConstruct {
  readonly keyArn: string;
}

export interface EncryptionKeyProps {
  /** Name of the platform. */
  readonly platform: string;
  /** What the key is called in its platform, such as `data` or `logs`; its alias is `alias/<platform>-<name>`. */
  readonly name: string;
  /** What it encrypts, for people who find it in the console. */
  readonly description: string;
  /**
   * Services that the key's policy must name.
   * @default - the account's own roles, as their IAM policies say
   */
  readonly users?: readonly KeyUser[] | undefined;
  /**
   * Refuses to be destroyed by Terraform: without the key, what it encrypted is gone.
   * @default true
   */
  readonly protect?: boolean | undefined;
  /**
   * Further tags.
   * @default - name and platform only
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** A key that rotates every year, is administered by its account, and can be saved for 30 days after its deletion. */
export class EncryptionKey extends Construct implements IEncryptionKey {
  /** The key of another stack, by its name. */
  static fromName(
    scope: Construct,
    id: string,
    key: { readonly platform: string; readonly name: string },
  ): IEncryptionKey {
    return new ExistingKey(scope, id, awsNames.key(key.platform, key.name));
  }

  readonly keyArn: string;
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: KmsKey;

  constructor(scope: Construct, id: string, props: EncryptionKeyProps) {
    super(scope, id);
    const { platform, name, description, users = [], protect = true, tags } = props;
    const uses = users.map((user) => user(this));
    const preconditions = uses.flatMap((use) => use.preconditions ?? []);
    this.resource = new KmsKey(this, 'Resource', {
      description,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: policyDocument(this.administration(), ...uses.flatMap(({ statements }) => statements)),
      tags: platformTags(platform, `${platform}-${name}`, tags),
      lifecycle: { preventDestroy: protect, ...(preconditions.length > 0 ? { precondition: preconditions } : {}) },
    });
    const alias = attempt(this, () => awsNames.key(platform, name));
    if (alias) new KmsAlias(this, 'Alias', { name: alias, targetKeyId: this.resource.keyId });
    this.keyArn = this.resource.arn;
  }

  /** The account's statement, without which nobody could ever change the key again. */
  private administration(): PolicyStatement {
    return {
      Sid: 'Account',
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId(this)}:root` },
      Action: ['kms:*'],
      Resource: ['*'],
    };
  }
}

class ExistingKey extends Construct implements IEncryptionKey {
  readonly keyArn: string;

  constructor(scope: Construct, id: string, alias: string) {
    super(scope, id);
    this.keyArn = new DataAwsKmsAlias(this, 'Resource', { name: alias }).targetKeyArn;
  }
}
