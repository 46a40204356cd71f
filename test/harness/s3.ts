import { existsSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { S3Config } from '../../services/kit/s3-client';
import { temporaryFolder } from './folder';
import { end, eventually, freePort, start } from './processes';

/** A real S3 server with one bucket, and the keys of its owner. */
export interface TestS3 {
  readonly config: S3Config;
  /** The bucket's directory: what lies in it, seen from outside. */
  readonly directory: string;
  /** Stops it, and starts it again on its port and its data; from then on with other keys of its owner, where they are given. */
  readonly order: (order: 'stop' | 'start', keys?: typeof s3Keys) => Promise<void>;
  readonly stop: () => Promise<unknown>;
}

export const s3Keys = { access: 'harness-access-key', secret: 'harness-secret-of-s3' };

/** Where versitygw is: VERSITYGW, on the PATH, or where `go install` leaves it. */
export function findS3Server(): string | undefined {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    join(process.env.GOPATH ?? join(homedir(), 'go'), 'bin'),
  ];
  return [process.env.VERSITYGW, ...folders.map((folder) => join(folder, 'versitygw'))].find(
    (file) => file && existsSync(file),
  );
}

export const s3Skipped =
  'no S3 server: install versitygw (go install github.com/versity/versitygw/cmd/versitygw@latest), or set VERSITYGW';

export interface S3Options {
  readonly port?: number;
  /** Address to bind, for pods or containers that must reach it. @default '127.0.0.1' */
  readonly listen?: string;
  /** @default 'platform' */
  readonly bucket?: string;
  /** @default 'registry' */
  readonly prefix?: string;
  /** Paths of PEM files; with them the server speaks nothing but TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

export async function startS3(options: S3Options = {}): Promise<TestS3> {
  const binary = findS3Server();
  if (binary === undefined) throw new Error(s3Skipped);
  const { listen = '127.0.0.1', bucket = 'platform', prefix = 'registry', tls } = options;
  const port = options.port ?? (await freePort());
  const home = temporaryFolder('s3');
  const directory = join(home, 'data', bucket);
  mkdirSync(directory, { recursive: true });
  mkdirSync(join(home, 'sidecar'));
  // Metadata beside the data: temporary folders often have no extended attributes.
  const args = [
    '--port',
    `${listen}:${port}`,
    '--quiet',
    '--keep-alive',
    ...(tls ? ['--cert', tls.certificate, '--key', tls.key] : []),
    'posix',
    '--sidecar',
    join(home, 'sidecar'),
    join(home, 'data'),
  ];
  const begin = async ({ access, secret } = s3Keys) => {
    const begun = start(binary, args, { ...process.env, ROOT_ACCESS_KEY: access, ROOT_SECRET_KEY: secret });
    begun.stdout.resume();
    begun.stderr.resume();
    await eventually(() => isListening(listen, port));
    return begun;
  };
  let server = await begin();
  const config: S3Config = {
    bucket,
    prefix,
    region: 'us-east-1',
    endpoint: `${tls ? 'https' : 'http'}://${listen}:${port}`,
    pathStyle: true,
    accessKeyId: () => s3Keys.access,
    secretAccessKey: () => s3Keys.secret,
  };
  return {
    config,
    directory,
    order: async (order, keys) => {
      if (order === 'stop') await end(server);
      else server = await begin(keys);
    },
    stop: () => end(server),
  };
}

function isListening(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.end();
      resolve();
    }).once('error', reject);
  });
}
