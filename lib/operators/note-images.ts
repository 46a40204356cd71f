import type { IConstruct } from 'constructs';
import { noteImage } from '../core/notes';
import type { OperatorSpec } from './spec';

/** Lists what an operator starts, by itself or through its controller: a chart's own text does not show it. */
export function noteImages(scope: IConstruct, { chart, images }: OperatorSpec): void {
  for (const { image, licence, startedBy } of images) {
    const starter = `chart ${chart.name} ${chart.version}`;
    noteImage(scope, { image, licence, startedBy: startedBy === 'chart' ? starter : `${starter} (its controller)` });
  }
}
