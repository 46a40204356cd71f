/** The one error that a handler throws to answer with a status. Its message goes to the client: no secret belongs in it. */
export class ServiceError extends Error {
  constructor(
    /** HTTP status. */
    readonly status: number,
    /** Machine-readable code, in the words of the protocol that the service speaks. */
    readonly code: string,
    message: string,
    /** Seconds after which the client may try again. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'ServiceError';
  }
}

/** Something that the service needs is away. Clients retry; the message says in words what is wrong. */
export class UnavailableError extends ServiceError {
  constructor(message: string, options?: { cause?: unknown }) {
    super(503, 'TEMPORARILY_UNAVAILABLE', message, 5);
    this.name = 'UnavailableError';
    if (options?.cause !== undefined) this.cause = options.cause;
  }
}

/** Ends a program: its message says what, got and do, so that no stack is printed. */
export class ProgramError extends Error {
  override readonly name: string = 'ProgramError';
}
