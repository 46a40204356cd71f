import { randomUUID } from 'node:crypto';
import type { Registry } from 'prom-client';
import { ServiceError } from '../../kit/errors';
import type { Observer } from '../inference-log/observer';
import type { LoadedModel, ModelRepository } from '../models/repository';
import type { Caller, Inference, InferRequest, InferResponse } from '../protocol/inference';
import { checkRequest } from './check';
import { InferenceMetrics, type VersionMetrics } from './metrics';
import { ModelQueue, type QueueProps } from './queue';

export interface ModelInferenceProps extends Omit<QueueProps, 'ran'> {
  readonly repository: ModelRepository;
  readonly register: Registry;
  /** Told of each answer. @default - nobody is */
  readonly observe?: Observer | undefined;
}

/** One version that has been asked for. */
interface Served {
  readonly queue: ModelQueue;
  readonly metrics: VersionMetrics;
}

/** From a request to its answer: a lease on the model, a check of the tensors, the queue, the run. */
export class ModelInference implements Inference {
  private readonly served = new Map<LoadedModel, Served>();
  private readonly metrics: InferenceMetrics;

  constructor(private readonly props: ModelInferenceProps) {
    this.metrics = new InferenceMetrics(props.register, () => this.waiting());
  }

  async infer(
    name: string,
    version: string | undefined,
    request: InferRequest,
    caller?: Caller,
  ): Promise<InferResponse> {
    const time = Date.now();
    const lease = this.props.repository.acquire(name, version);
    const { model } = lease;
    const { queue, metrics } = this.servedOf(model);
    try {
      const wanted = checkRequest(model, request);
      const begin = performance.now();
      const outputs = await queue.run({ inputs: request.inputs, outputs: wanted }, caller);
      metrics.answered((performance.now() - begin) / 1000);
      const id = request.id ?? randomUUID();
      const response = { id, modelName: model.name, modelVersion: model.version, outputs };
      this.props.observe?.({ requestId: id, time, model, request, response });
      return response;
    } catch (error) {
      metrics.failed(error instanceof ServiceError ? error.status : 500);
      throw error;
    } finally {
      lease.release();
    }
  }

  private servedOf(model: LoadedModel): Served {
    const known = this.served.get(model);
    if (known) return known;
    this.forgetGone(model);
    const metrics = this.metrics.of(model.name, model.version);
    const made = { metrics, queue: new ModelQueue(model, { ...this.props, ran: metrics.ran }) };
    this.served.set(model, made);
    return made;
  }

  /** Versions that nobody can ask for any more, when one comes that nobody has asked for before. One that was loaded again keeps its figures. */
  private forgetGone(next: LoadedModel): void {
    const labelOf = ({ name, version }: Pick<LoadedModel, 'name' | 'version'>) => `${name}\n${version}`;
    const known = new Set(this.props.repository.index().map(labelOf));
    for (const model of this.served.keys()) {
      const isAgain = labelOf(model) === labelOf(next);
      if (!isAgain && known.has(labelOf(model))) continue;
      this.served.delete(model);
      if (!isAgain) this.metrics.forget(model.name, model.version);
    }
  }

  private waiting(): ReadonlyMap<string, number> {
    const lengths = new Map<string, number>();
    for (const [{ name }, { queue }] of this.served) lengths.set(name, (lengths.get(name) ?? 0) + queue.length);
    return lengths;
  }
}
