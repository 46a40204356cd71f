import { z } from 'zod';

/** Schemas of text values: environment variables are always text, and a missing one is `undefined`. */
export type Shape = Record<string, z.ZodType<unknown, string | undefined>>;

/** Something a service connects to: plain values, and values that only ever travel in a Secret. */
export interface Connection<E extends Shape = Shape, S extends Shape = Shape> {
  /** What it is, so that a link to one kind of thing cannot stand where another belongs. */
  readonly type: string;
  readonly env: E;
  /** Each is mounted as a file and read again when it is needed, so that a rotation needs no restart. */
  readonly secrets: S;
  /**
   * The service does without it: all its values have defaults, none of its secrets is there.
   * @default false
   */
  readonly optional?: boolean;
}

/** What a service promises to whoever deploys it: declared once, read by the construct and by the process. */
export interface ServiceContract<
  E extends Shape = Shape,
  U extends Record<string, Connection> = Record<string, Connection>,
> {
  /** A DNS label: names the Deployment, the Service and the image. */
  readonly name: string;
  /** TCP port of the HTTP listener. */
  readonly port: number;
  /** TCP port of the gRPC listener. @default - it has none */
  readonly grpcPort?: number | undefined;
  /** HTTP paths: `live` depends on nothing, `ready` on everything the service needs. */
  readonly probes: { readonly live: string; readonly ready: string };
  /** HTTP path of the Prometheus text format. */
  readonly metrics: string;
  readonly env: E;
  readonly uses: U;
}

/** What a program that runs once and ends promises: no port, no probes. */
export interface JobContract<
  E extends Shape = Shape,
  U extends Record<string, Connection> = Record<string, Connection>,
> {
  readonly name: string;
  readonly env: E;
  readonly uses: U;
}

export const defineService = <E extends Shape, U extends Record<string, Connection>>(contract: ServiceContract<E, U>) =>
  contract;

export const defineJob = <E extends Shape, U extends Record<string, Connection>>(contract: JobContract<E, U>) =>
  contract;

/** Environment values are text; these schemas say what the text means. */
export const text = {
  int: () =>
    z
      .string()
      .regex(/^-?\d+$/, 'expected an integer')
      .transform(Number),
  flag: () => z.stringbool(),
  json: <T extends z.ZodType>(schema: T) =>
    z
      .string()
      .transform((value, context): unknown => {
        try {
          return JSON.parse(value);
        } catch {
          context.addIssue('expected JSON');
          return z.NEVER;
        }
      })
      .pipe(schema),
};

/** `artifacts` + `accessKeyId` → `ARTIFACTS_ACCESS_KEY_ID`. The only place where the spelling is decided. */
export const envName = (use: string, field: string) =>
  `${use}_${field}`.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();

/** The variable that says where the file of a secret is: `DATABASE_PASSWORD_FILE`. */
export const secretFileEnvName = (use: string, field: string) => `${envName(use, field)}_FILE`;
