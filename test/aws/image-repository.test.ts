import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import { ImageRepository, type ImageRepositoryProps } from '../../lib/aws/image-repository';
import type { PlatformApp } from '../../lib/index';
import { problemsOf, synthesized } from '../harness/synth';

const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234';
const build = (changes: Partial<ImageRepositoryProps>) => (app: PlatformApp) => {
  const stack = new TerraformStack(app, 'foundation');
  new AwsProvider(stack, 'Aws', { region: 'eu-central-1' });
  new ImageRepository(stack, 'Registry', { platform: 'acme', repositoryName: 'acme/registry', keyArn, ...changes });
};

test('a tag means one image for ever, images are scanned and encrypted, and only old ones go', () => {
  const resources = synthesized(build({})).resources('foundation');
  const [repository] = Object.values(resources.aws_ecr_repository ?? {});
  expect(repository).toMatchObject({
    name: 'acme/registry',
    image_tag_mutability: 'IMMUTABLE',
    image_scanning_configuration: { scan_on_push: true },
    encryption_configuration: [{ encryption_type: 'KMS', kms_key: keyArn }],
    force_delete: false,
    tags: { Name: 'acme/registry', 'mlops-constructs/platform': 'acme' },
  });
  const [lifecycle] = Object.values(resources.aws_ecr_lifecycle_policy ?? {});
  expect(lifecycle?.repository).toMatch(/^\$\{aws_ecr_repository\.\w+\.name\}$/);
  expect(JSON.parse(String(lifecycle?.policy)).rules).toEqual([
    {
      rulePriority: 1,
      description: 'images without a tag, after 14 days',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      description: 'all but the newest 50',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 50 },
      action: { type: 'expire' },
    },
  ]);
});

test('a name that ECR refuses, and a lifecycle that keeps nothing', () => {
  expect(problemsOf(build({ repositoryName: 'Acme/registry', keep: 0 }))).toEqual([
    "name of ECR repository has characters that AWS refuses, got 'Acme/registry'; use lower-case letters, digits and single dashes or slashes (foundation/Registry)",
    'keep is a whole number of images, got 0; give at least 1 (foundation/Registry)',
  ]);
});
