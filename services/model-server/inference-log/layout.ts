import type { KeyValue, SchemaElement } from 'hyparquet';
import type { LoadedModel } from '../models/repository';
import { rowsOf } from '../protocol/rows';
import type { Tensor, TensorSpec } from '../protocol/tensor';
import { elementAt, elementsOf, listColumn, scalarColumn, type Value } from './elements';
import type { Observation } from './observer';
import type { Columns } from './parquet';

/** One row of the log. */
export interface Row {
  readonly observation: Observation;
  /** Which example of the batch; 0 where a request is one row. */
  readonly index: number;
}

interface TensorColumn {
  readonly name: string;
  readonly of: (observation: Observation) => readonly Tensor[];
  readonly spec: TensorSpec;
  /** Shape of what one row holds, -1 where it may vary. */
  readonly shape: readonly number[];
  readonly isScalar: boolean;
}

/** A text takes as long to encode as so many numbers. */
const textCost = 5;

/** How the answers of one version become rows: the same columns for all of them. */
export class Layout {
  readonly schema: SchemaElement[];
  /** Shapes, which lists do not keep, in the file's own metadata. */
  readonly metadata: KeyValue[];
  /** What one row costs to encode, in numbers; a size that may vary counts as 1. */
  readonly width: number;
  private readonly tensors: readonly TensorColumn[];

  /** @param byExample a row for each index of the first dimension, instead of one for the whole request */
  constructor(
    { session }: LoadedModel,
    readonly byExample: boolean,
  ) {
    const column = (prefix: string, of: TensorColumn['of']) => (spec: TensorSpec) => {
      const shape = byExample ? spec.shape.slice(1) : spec.shape;
      // onnxruntime says [] of a tensor whose rank it does not know, too
      const isScalar = spec.shape.length > 0 && shape.every((size) => size === 1);
      return { name: `${prefix}_${spec.name}`, of, spec, shape, isScalar };
    };
    this.tensors = [
      ...session.inputs.map(column('input', ({ request }) => request.inputs)),
      ...session.outputs.map(column('output', ({ response }) => response.outputs)),
    ];
    this.schema = [
      { name: 'root', num_children: 5 + this.tensors.length },
      { name: 'time', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
      { name: 'request_id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'row', type: 'INT32', repetition_type: 'REQUIRED' },
      { name: 'model_name', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'model_version', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      ...this.tensors.flatMap(({ name, spec, isScalar }) =>
        (isScalar ? scalarColumn : listColumn)(name, spec.datatype),
      ),
    ];
    const tensors = this.tensors.map(({ name, spec, shape }) => ({ column: name, datatype: spec.datatype, shape }));
    this.metadata = [{ key: 'tensors', value: JSON.stringify(tensors) }];
    const cost = ({ spec, shape }: TensorColumn) =>
      shape.reduce((all, size) => all * Math.max(size, 1), spec.datatype === 'BYTES' ? textCost : 1);
    this.width = this.tensors.reduce((sum, column) => sum + cost(column), 5);
  }

  rowsOf(observation: Observation): Row[] {
    const count = this.byExample ? (examplesOf(observation) ?? 0) : 1;
    return Array.from({ length: count }, (_, index) => ({ observation, index }));
  }

  columns(rows: readonly Row[]): Columns {
    const text = (name: string, read: (observation: Observation) => string) => ({
      ...{ name, data: rows.map(({ observation }) => read(observation)) },
    });
    return [
      { name: 'time', data: rows.map(({ observation }) => new Date(observation.time)) },
      text('request_id', ({ requestId }) => requestId),
      { name: 'row', data: rows.map(({ index }) => index) },
      text('model_name', ({ model }) => model.name),
      text('model_version', ({ model }) => model.version),
      ...this.tensors.map((column) => ({ name: column.name, data: this.values(column, rows) })),
    ];
  }

  /** null where the client did not ask for this output. */
  private values({ of, spec, isScalar }: TensorColumn, rows: readonly Row[]): (Value | Value[] | null)[] {
    let [seen, tensor]: [Observation?, Tensor?] = [];
    return rows.map(({ observation, index }) => {
      if (observation !== seen) tensor = of(observation).find(({ name }) => name === spec.name);
      seen = observation;
      if (tensor === undefined) return null;
      if (isScalar) return elementAt(tensor, index);
      const size = tensor.data.length / (this.byExample ? (tensor.shape[0] ?? 1) : 1);
      return elementsOf(tensor, index * size, (index + 1) * size);
    });
  }
}

/** Number of examples of a request, `undefined` where its tensors do not agree on one. */
export const examplesOf = ({ request, response }: Observation): number | undefined =>
  rowsOf([...request.inputs, ...response.outputs]);
