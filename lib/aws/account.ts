import { DataAwsCallerIdentity } from '@cdktf/provider-aws/lib/data-aws-caller-identity';
import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Id of the account that a stack is applied to, as a token of that stack. */
export function accountId(scope: IConstruct): string {
  const stack = TerraformStack.of(scope);
  const known = stack.node.tryFindChild('Account') as DataAwsCallerIdentity | undefined;
  return (known ?? new DataAwsCallerIdentity(stack, 'Account')).accountId;
}
