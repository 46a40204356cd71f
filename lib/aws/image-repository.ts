import { EcrLifecyclePolicy } from '@cdktf/provider-aws/lib/ecr-lifecycle-policy';
import { EcrRepository } from '@cdktf/provider-aws/lib/ecr-repository';
import { Construct } from 'constructs';
import { report } from '../core/errors';
import { awsNameProblems } from './names';
import { platformTags } from './tags';

export interface ImageRepositoryProps {
  /** Name of the platform. */
  readonly platform: string;
  /** Name in the registry, such as `acme/registry`. */
  readonly repositoryName: string;
  /** ARN of the KMS key that encrypts the images. Fixed: another key would be another repository. */
  readonly keyArn: string;
  /**
   * How many images stay, the newest. What runs must be among them: a node that starts pulls it again.
   * @default 50
   */
  readonly keep?: number | undefined;
  /**
   * Further tags.
   * @default - name and platform only
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Images of one service: scanned when they are pushed, and a tag never means another image later. */
export class ImageRepository extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: EcrRepository;

  constructor(scope: Construct, id: string, props: ImageRepositoryProps) {
    super(scope, id);
    const { platform, repositoryName, keyArn, keep = 50 } = props;
    for (const problem of awsNameProblems('repository', repositoryName)) report(this, problem);
    if (!Number.isInteger(keep) || keep < 1) {
      report(this, { what: 'keep is a whole number of images', got: `${keep}`, do: 'give at least 1' });
    }
    this.resource = new EcrRepository(this, 'Resource', {
      name: repositoryName,
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfiguration: [{ encryptionType: 'KMS', kmsKey: keyArn }],
      // images can be pushed again, but not while something runs from them: destroy stops at a repository with images
      forceDelete: false,
      tags: platformTags(platform, repositoryName, props.tags),
    });
    new EcrLifecyclePolicy(this, 'Lifecycle', {
      repository: this.resource.name,
      policy: JSON.stringify({ rules: [untaggedRule, newestRule(keep)] }),
    });
  }
}

/** A tag that never moves leaves no image without one, except where a push was not finished. */
const untaggedRule = {
  rulePriority: 1,
  description: 'images without a tag, after 14 days',
  selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
  action: { type: 'expire' },
};

/** ECR wants the rule for any image last. */
const newestRule = (keep: number) => ({
  rulePriority: 2,
  description: `all but the newest ${keep}`,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: keep },
  action: { type: 'expire' },
});
