import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { Region } from './regions';

/** The AWS provider of the stack of a construct: made once, with the credentials of whoever runs Terraform. */
export function addAwsProvider(scope: IConstruct, region: Region): void {
  const stack = TerraformStack.of(scope);
  if (!stack.node.tryFindChild('Aws')) new AwsProvider(stack, 'Aws', { region });
}
