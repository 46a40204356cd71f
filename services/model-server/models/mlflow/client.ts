import type { z } from 'zod';
import type { Secret } from '../../../kit/config';
import { ProgramError } from '../../../kit/errors';
import { PassingError } from '../errors';

export interface MlflowConfig {
  /** Base URL of the tracking server. */
  readonly trackingUri: string;
  /** Read again for each request: it may be rotated. @default - requests carry no token */
  readonly trackingToken?: Secret | undefined;
  /** Milliseconds until an answer must have begun. @default 5000 */
  readonly answerMs?: number | undefined;
  /** Milliseconds in which more of a file must have come. @default 30000 */
  readonly stallMs?: number | undefined;
}

/** The server is there and says no, in its words: there is no such model, version or alias. */
export class MlflowRefusal extends Error {
  override readonly name = 'MlflowRefusal';
}

/** Answers of the protocol are small; a listing of ten thousand files is about 1 MiB. */
const largestAnswer = 16 * 1024 * 1024;

/** Requests to an MLflow server. What may work the next time is a `PassingError`. No message carries the token. */
export class MlflowClient {
  readonly base: string;

  constructor(private readonly config: MlflowConfig) {
    const { username, password } = new URL(config.trackingUri);
    if (username !== '' || password !== '')
      throw new ProgramError(
        'the URL of the registry has a user name or password in it; take them out, and give a token by MLFLOW_TRACKING_TOKEN_FILE',
      );
    this.base = config.trackingUri.replace(/\/+$/, '');
  }

  /** @throws MlflowRefusal when the server says no */
  async get<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    schema: z.ZodType<T>,
    cut: AbortSignal,
  ): Promise<T> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.read(`${path}?${new URLSearchParams(query)}`, cut)) {
      size += chunk.length;
      if (size > largestAnswer) throw this.unusable(path, `more than ${largestAnswer} bytes`);
      chunks.push(chunk);
    }
    const parsed = schema.safeParse(jsonOf(Buffer.concat(chunks).toString('utf8')));
    if (!parsed.success) throw this.unusable(path, 'something else than the MLflow protocol has');
    return parsed.data;
  }

  /** The bytes of a file as they come. A registry that fetches them itself begins later than with other answers. */
  download(path: string, cut: AbortSignal): AsyncGenerator<Uint8Array, void> {
    return this.read(path, cut, this.config.stallMs ?? 30_000);
  }

  private async *read(path: string, cut: AbortSignal, firstMs?: number): AsyncGenerator<Uint8Array, void> {
    const { answerMs = 5000, stallMs = 30_000 } = this.config;
    const patience = new Patience(cut, firstMs ?? answerMs);
    try {
      const response = await fetch(this.base + path, { headers: this.headers(), signal: patience.signal });
      if (!response.ok) throw await this.failure(path, response);
      patience.renew(stallMs);
      for await (const chunk of response.body ?? []) {
        yield chunk;
        patience.renew(stallMs);
      }
    } catch (error) {
      if (error instanceof PassingError || error instanceof MlflowRefusal) throw error;
      throw new PassingError(`the registry ${this.base} does not answer: ${patience.reason ?? reasonOf(error)}`);
    } finally {
      patience.end();
    }
  }

  private headers(): Record<string, string> {
    try {
      const token = this.config.trackingToken?.().trim();
      return token ? { authorization: `Bearer ${token}` } : {};
    } catch (error) {
      throw new PassingError(
        `the token of the registry cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'no reason given'}`,
      );
    }
  }

  private async failure(path: string, response: Response): Promise<Error> {
    const { status } = response;
    const body = jsonOf(await response.text()) as { error_code?: unknown; message?: unknown } | undefined;
    if (status === 401 || status === 403)
      return new PassingError(
        `the registry ${this.base} does not let us in (${status}); put a token that may read into MLFLOW_TRACKING_TOKEN_FILE`,
      );
    const isRefusal = status < 500 && status !== 408 && status !== 429 && body?.error_code !== 'ENDPOINT_NOT_FOUND';
    if (isRefusal && typeof body?.error_code === 'string')
      return new MlflowRefusal(String(body.message ?? body.error_code).slice(0, 300));
    return new PassingError(`the registry ${this.base} answers ${path.split('?')[0]} with ${status}`);
  }

  private unusable(path: string, what: string): PassingError {
    return new PassingError(`the registry ${this.base} answers ${path.split('?')[0]} with ${what}; check the URL`);
  }
}

/** Ends a request that is cut, or that takes too long. */
class Patience {
  reason: string | undefined;
  private readonly own = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private readonly onCut = () => this.give('cut by us');

  constructor(
    private readonly cut: AbortSignal,
    ms: number,
  ) {
    if (cut.aborted) this.onCut();
    cut.addEventListener('abort', this.onCut);
    this.renew(ms);
  }

  get signal(): AbortSignal {
    return this.own.signal;
  }

  renew(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.give(`nothing came within ${ms / 1000} s`), ms);
  }

  end(): void {
    clearTimeout(this.timer);
    this.cut.removeEventListener('abort', this.onCut);
    // who stops reading early lets go of the connection
    this.own.abort();
  }

  private give(reason: string): void {
    this.reason ??= reason;
    this.own.abort();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Errors of `fetch` say what happened in their cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? cause?.message ?? message;
}
