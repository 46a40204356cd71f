import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Who applies a stack, as Terraform's AWS provider sees it: asked once in each stack. */
export function caller(scope: IConstruct): DataAwsCallerIdentity {
  const stack = TerraformStack.of(scope);
  const known = stack.node.tryFindChild('Account') as DataAwsCallerIdentity | undefined;
  return known ?? new DataAwsCallerIdentity(stack, 'Account');
}

/** Id of the account that a stack is applied to, as a token of that stack. */
export const accountId = (scope: IConstruct): string => caller(scope).accountId;
