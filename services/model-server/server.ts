import type { Registry } from 'prom-client';
import { endKeepAlive, listen } from '../kit/listening';
import type { Log } from '../kit/log';
import { endingSpans } from '../kit/process';
import type { Check } from '../kit/readiness';
import { buildApp } from './app';
import type { Authorizer } from './auth/bearer-tokens';
import { GrpcServer } from './grpc/server';
import type { Records } from './inference-log/records';
import type { ModelRepository } from './models/repository';
import { ModelInference } from './serving/inference';
import { RequestBytes } from './serving/request-bytes';

export interface ModelServerProps {
  readonly log: Log;
  readonly register: Registry;
  readonly repository: ModelRepository;
  readonly limits: Limits;
  /** @default - everybody may ask */
  readonly authorizer?: Authorizer | undefined;
  /** @default - nothing is written down, and there is no feedback */
  readonly records?: Records | undefined;
}

/** By the names of the contract, which says what each is. */
export interface Limits {
  readonly BATCH_MAX_SIZE: number;
  readonly BATCH_WINDOW_MS: number;
  readonly QUEUE_SIZE: number;
  readonly REQUEST_TIMEOUT_MS: number;
  readonly MAX_REQUEST_MIB: number;
  readonly MAX_HELD_MIB: number;
}

/** One repository of models behind REST and gRPC. */
export class ModelServer {
  readonly app: ReturnType<typeof buildApp>;
  readonly grpc: GrpcServer;
  private ending = false;

  constructor(private readonly props: ModelServerProps) {
    const { log, register, repository, limits, authorizer, records } = props;
    const inference = new ModelInference({
      ...{ repository, register, observe: records?.inferences.observe },
      ...{ size: limits.QUEUE_SIZE, batchRows: limits.BATCH_MAX_SIZE, windowMs: limits.BATCH_WINDOW_MS },
      timeoutMs: limits.REQUEST_TIMEOUT_MS,
    });
    const maxRequestMib = limits.MAX_REQUEST_MIB;
    const most = limits.MAX_HELD_MIB * 2 ** 20;
    const requestBytes = new RequestBytes({ most, small: most / limits.QUEUE_SIZE, register });
    const ready: Check = async () => {
      if (this.ending) throw new Error('the server ends');
      await repository.check();
    };
    this.app = buildApp({
      ...{ log, register, repository, inference, authorizer, maxRequestMib, requestBytes, ready },
      feedback: records?.feedback,
      requestTimeoutMs: limits.REQUEST_TIMEOUT_MS,
    });
    this.grpc = new GrpcServer({
      ...{ log, inference, models: repository, maxRequestMib, requestBytes, ready },
      authorize: authorizer && ((authorization) => authorizer.authorize(authorization)),
    });
  }

  /** @param host @default - every address of the machine */
  async listen(port: number, grpcPort: number, host?: string): Promise<void> {
    await this.grpc.listen(grpcPort, host);
    if (host === undefined) await listen(this.app, port);
    else await this.app.listen({ host, port });
  }

  /** The end is near: it is not ready any more, and clients are asked to connect elsewhere with their next request. It still answers. */
  drain(): void {
    this.ending = true;
    endKeepAlive(this.app);
  }

  /** Lets open requests end for a while and cuts the others, writes down what is not yet, then gives the models' memory back. */
  async close(drainMs: number = endingSpans.drainMs): Promise<void> {
    this.ending = true;
    const cut = setTimeout(() => this.app.server.closeAllConnections(), drainMs).unref();
    await Promise.all([this.app.close(), this.grpc.close(drainMs)]);
    clearTimeout(cut);
    await this.props.records?.close();
    await this.props.repository.close();
  }
}
