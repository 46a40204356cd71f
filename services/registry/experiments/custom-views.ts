import type { KeyValue } from '../protocol/entities';
import { invalid } from '../protocol/errors';

/** Tags in which MLflow's web page keeps views that users made, and how many an experiment may have (mlflow 3.17.2, server/handlers.py). */
export const customViewPrefix = 'mlflow.customView.view';
const most = 50;

export const isCustomView = ({ key }: Pick<KeyValue, 'key'>): boolean => key.startsWith(customViewPrefix);

export function checkCustomViews(count: number, experimentId?: string): void {
  if (count <= most) return;
  const where = experimentId === undefined ? '' : ` for experiment ${experimentId}`;
  throw invalid(
    `Unable to create another custom view${where}; the maximum number of custom views per experiment is ${most}. ` +
      'Delete an existing custom view before creating a new one.',
  );
}
