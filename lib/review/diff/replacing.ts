import { awsRows } from './replacing-aws';
import { kubernetesRows } from './replacing-kubernetes';
import type { TypeRow } from './type-row';

/** The row of a type; undefined where we have none. */
export const typeRow = (type: string): TypeRow | undefined => awsRows[type] ?? kubernetesRows[type];
