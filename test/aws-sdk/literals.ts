import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A value that a stack sends to AWS: `aws_eks_cluster upgrade_policy.support_type` → `STANDARD`. */
export interface Literal {
  readonly attribute: string;
  readonly value: string;
}

/** Numbers whose values AWS lists; all others are sizes and ports. */
const numbers = ['aws_cloudwatch_log_group retention_in_days'];
/** Written for Terraform, or free in AWS. */
const skipped = ['//', 'lifecycle', 'depends_on', 'tags', 'provider'];

/** Every literal of the AWS resources and data sources in what was synthesized, once each. */
export function literals(outdir: string): readonly Literal[] {
  const found = new Map<string, Literal>();
  for (const stack of readdirSync(join(outdir, 'stacks'))) {
    const { resource = {}, data = {} } = JSON.parse(readFileSync(join(outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8'));
    for (const [prefix, block] of [
      ['', resource],
      ['data.', data],
    ] as const) {
      for (const [type, byName] of Object.entries<object>(block)) {
        if (!type.startsWith('aws_')) continue;
        for (const one of Object.values(byName)) {
          for (const { attribute, value } of leaves(one, '')) {
            const literal = { attribute: `${prefix}${type} ${attribute}`, value };
            found.set(JSON.stringify(literal), literal);
          }
        }
      }
    }
  }
  return [...found.values()].filter(({ attribute, value }) => !/^\d+$/.test(value) || numbers.includes(attribute));
}

/** Texts and numbers below a value; references to other resources are no literals. */
function leaves(value: unknown, path: string): readonly Literal[] {
  if (Array.isArray(value)) return value.flatMap((one) => leaves(one, path));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value)
      .filter(([key]) => !skipped.includes(key))
      .flatMap(([key, one]) => leaves(one, path ? `${path}.${key}` : key));
  }
  if (typeof value !== 'string' && typeof value !== 'number') return [];
  const text = String(value);
  return text.includes('${') ? [] : [{ attribute: path, value: text }];
}
