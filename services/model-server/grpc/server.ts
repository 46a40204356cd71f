import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation, protoPath as healthProto } from 'grpc-health-check';
import type { Log } from '../../kit/log';
import { problemsOf } from '../../kit/readiness';
import { type CallsDeps, callsOf, textOf } from './calls';
import { inferencePackage, inferenceService, inferenceServiceName } from './messages';
import { statusOf } from './status';

export interface GrpcDeps extends CallsDeps {
  readonly log: Log;
  /** Largest message that a client may send, in MiB. */
  readonly maxRequestMib: number;
  /**
   * Looks at the `authorization` of a call. Health and reflection are open.
   * @throws ServiceError 401
   * @default - nobody is asked
   */
  readonly authorize?: ((authorization: string | undefined) => void) | undefined;
}

type Handler = (call: ServerUnaryCall<never, unknown>) => Promise<unknown>;

/** Milliseconds between two looks whether the models serve, for clients that watch the health. */
const healthMs = 1000;
/** Connections end after this time and are made anew by the clients: else replicas that come later would get no calls. */
const connectionAgeMs = 10 * 60_000;

/** The Open Inference Protocol over gRPC, with the standard health and reflection services. */
export class GrpcServer {
  private readonly server: Server;
  private readonly health = new HealthImplementation();
  private readonly watchers = new Set<ServerWritableStream<unknown, unknown>>();
  private look: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(private readonly deps: GrpcDeps) {
    this.server = new Server({
      'grpc.max_receive_message_length': deps.maxRequestMib * 1024 * 1024,
      'grpc.max_send_message_length': -1,
      'grpc.max_connection_age_ms': connectionAgeMs,
    });
    const calls = Object.entries(callsOf(deps)).map(([method, handler]) => [method, this.answer(method, handler)]);
    this.server.addService(inferenceService, Object.fromEntries(calls));
    this.health.addToServer({
      addService: (service, { watch, ...rest }) =>
        this.server.addService(service, { ...rest, watch: this.counted(watch) }),
    });
    new ReflectionService({ ...inferencePackage, ...loadSync(healthProto) }).addToServer(this.server);
  }

  /**
   * Listens, with IPv6 where the machine has it. Returns the port.
   * @param host @default - every address
   */
  async listen(port: number, host?: string): Promise<number> {
    await this.tellHealth();
    this.look = setInterval(() => void this.tellHealth(), healthMs).unref();
    if (host !== undefined) return this.bind(`${host}:${port}`);
    return this.bind(`[::]:${port}`).catch((error: Error) => {
      if (!error.message.includes('EAFNOSUPPORT')) throw error;
      return this.bind(`0.0.0.0:${port}`);
    });
  }

  /** Takes no new call and lets those that run end. What runs after the limit is cut off. */
  async close(limitMs: number): Promise<void> {
    this.closing = true;
    clearInterval(this.look);
    await this.tellHealth();
    for (const watcher of this.watchers) watcher.end();
    await new Promise<void>((closed) => {
      const limit = setTimeout(() => {
        this.server.forceShutdown();
        closed();
      }, limitMs);
      this.server.tryShutdown(() => {
        clearTimeout(limit);
        closed();
      });
    });
  }

  private bind(address: string): Promise<number> {
    return new Promise((bound, failed) =>
      this.server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
        error ? failed(error) : bound(port),
      ),
    );
  }

  private answer(method: string, handler: Handler): handleUnaryCall<never, unknown> {
    const { authorize, log } = this.deps;
    return async (call, respond: sendUnaryData<unknown>) => {
      try {
        authorize?.(textOf(call, 'authorization'));
        respond(null, await handler(call));
      } catch (error) {
        respond(statusOf(error, method, log));
      }
    };
  }

  private async tellHealth(): Promise<void> {
    const ready = !this.closing && (await problemsOf({ ready: this.deps.ready })).length === 0;
    const status = ready && !this.closing ? 'SERVING' : 'NOT_SERVING';
    for (const service of ['', inferenceServiceName]) this.health.setStatus(service, status);
  }

  /** Streams of clients that watch the health never end by themselves: whoever closes must know them. */
  private counted(watch: UntypedHandleCall | undefined): UntypedHandleCall {
    return (stream: ServerWritableStream<unknown, unknown>) => {
      this.watchers.add(stream);
      for (const end of ['cancelled', 'close', 'finish']) stream.on(end, () => this.watchers.delete(stream));
      (watch as handleServerStreamingCall<unknown, unknown>)(stream);
    };
  }
}
