import type { Construct } from 'constructs';
import { attempt } from '../lib/core/errors';
import type { DataNeeds, ITarget } from '../lib/core/target';
import { BaseStack } from './base-stack';

/** Everything that holds data, and nothing else does: databases, their roles and passwords. */
export class DataStack extends BaseStack {
  constructor(scope: Construct, id: string, target: ITarget, needs: DataNeeds) {
    super(scope, id);
    attempt(this, () => target.addData(this, needs));
  }
}
