import { join } from 'node:path';
import { claim } from './claims';
import { finished } from './programs';

/** The last line of client/score.py: July 2013 through the model server, and the same rows by onnxruntime in Python. */
export interface Score {
  /** The one that answered. */
  readonly version: string;
  readonly rows: number;
  readonly late: number;
  readonly seconds: number;
  readonly auc: number;
  /** Of the pipeline that was trained, before it became ONNX. */
  readonly auc_sklearn: number;
  readonly rows_that_differ: number;
  readonly onnxruntime: string;
  /** SHA-256 of all of them. */
  readonly predictions: string;
}

/** @param python with the packages of client/requirements.txt */
export async function scoreJuly(python: string, server: string, model: string, registry: string): Promise<Score> {
  const args = [join(__dirname, 'client/score.py'), server, model];
  const output = await finished(python, args, { MLFLOW_TRACKING_URI: registry });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Score;
}

/** What holds for every version that is served. */
export function claimServed(score: Score, version: string): void {
  const { rows, seconds, auc, auc_sklearn, rows_that_differ } = score;
  console.log(
    `  ${rows} flights of July through tritonclient in ${seconds} s, ${score.late} of them were late: AUC ${auc.toFixed(4)}`,
  );
  claim(`version ${version} answered`, score.version === version, score.version);
  claim('each prediction is that of onnxruntime in Python, bit for bit', rows_that_differ === 0, rows_that_differ);
  const difference = Math.abs(auc - auc_sklearn);
  claim("its AUC and scikit-learn's differ by at most 0.001", difference <= 1e-3, difference);
}
