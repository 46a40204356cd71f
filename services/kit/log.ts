import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type Log = Logger;

const secretKeys = [
  'password',
  'secret',
  'token',
  'authorization',
  'cookie',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
];

/** Only what helps to find the cause: errors of drivers also carry requests, headers and connection settings. */
const describe = (error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const { name, message, stack, code, cause } = error as Error & { code?: unknown };
  return {
    type: name,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(cause !== undefined && { cause: describe(cause) }),
  };
};

/** JSON lines for a collector: time in ISO 8601, level in words, and never the value of a secret, a query or a header. */
export function createLog(name: string, level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service: name },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]), censor: '[secret]' },
    serializers: {
      err: describe,
      error: describe,
      req: (req: { method: string; url: string }) => ({ method: req.method, path: req.url.split('?')[0] }),
      res: (res: { statusCode: number }) => ({ status: res.statusCode }),
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
