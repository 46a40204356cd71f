import { Metadata, type StatusObject, status } from '@grpc/grpc-js';
import { ServiceError } from '../../kit/errors';
import type { Log } from '../../kit/log';

const codes: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  408: status.DEADLINE_EXCEEDED,
  409: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  429: status.RESOURCE_EXHAUSTED,
  499: status.CANCELLED,
  501: status.UNIMPLEMENTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
  507: status.RESOURCE_EXHAUSTED,
};

/** The status of a call that failed. What nobody foresaw goes to the log only. */
export function statusOf(error: unknown, method: string, log: Log): Partial<StatusObject> {
  if (!(error instanceof ServiceError)) {
    log.error({ err: error, method }, 'call failed');
    return { code: status.INTERNAL, details: 'internal error; the log of the service says more' };
  }
  const code = codes[error.status] ?? (error.status < 500 ? status.INVALID_ARGUMENT : status.INTERNAL);
  if (code === status.INTERNAL) log.error({ err: error, method }, 'call failed');
  const metadata = new Metadata();
  // gRFC A6: clients with a retry policy wait for so long
  if (error.retryAfter !== undefined) metadata.set('grpc-retry-pushback-ms', String(error.retryAfter * 1000));
  return { code, details: error.message, metadata };
}
