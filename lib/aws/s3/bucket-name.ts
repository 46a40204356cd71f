import { Token } from 'cdktf';
import type { Problem } from '../../core/errors';
import { awsNameProblems } from '../names';

/** Problems of a bucket's name, which Terraform itself finds at apply only. */
export function bucketNameProblems(name: string): Problem[] {
  if (Token.isUnresolved(name)) {
    const got = 'a value that is known at apply only';
    return [
      { what: 'name of S3 bucket is not known at synth', got, do: 'give a literal, which later stacks write too' },
    ];
  }
  const problems = awsNameProblems('bucket', name);
  if (name.includes('.')) {
    const what = "name of S3 bucket has a dot, which S3's certificate does not cover";
    problems.push({ what, got: `'${name}'`, do: 'use dashes' });
  }
  return problems;
}

/** A bucket's ARN follows from its name: no stack needs to read it from another. */
export const bucketArn = (name: string) => `arn:aws:s3:::${name}`;
