import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { platformLabel } from '../core/labels';
import type { Region } from './regions';

/**
 * The AWS provider of the stack of a construct: made once, with the credentials of whoever runs Terraform. Its default
 * tags reach all that can have tags, also what a company adds to the stack.
 */
export function addAwsProvider(scope: IConstruct, region: Region, platform: string): void {
  const stack = TerraformStack.of(scope);
  if (stack.node.tryFindChild('Aws')) return;
  new AwsProvider(stack, 'Aws', { region, defaultTags: [{ tags: { [platformLabel]: platform } }] });
}
