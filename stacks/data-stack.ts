import type { Construct } from 'constructs';
import { attempt } from '../lib/core/errors';
import type { DataNeeds, ITarget } from '../lib/core/target';
import type { Preset } from '../lib/presets/schema';
import { BaseStack } from './base-stack';

/** Everything that holds data, and nothing else does: databases, their roles and passwords. */
export class DataStack extends BaseStack {
  constructor(scope: Construct, id: string, target: ITarget, needs: DataNeeds, state: Preset['state']) {
    super(scope, id, state);
    attempt(this, () => target.addData(this, needs));
  }
}
