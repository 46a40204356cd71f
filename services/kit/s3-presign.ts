import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Seconds that a URL is good for. Keys that the bucket's provider lends for a shorter time end it earlier. */
const lifetime = 3600;

interface Request {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
}

interface Presigner {
  presign(request: Request, options: { expiresIn: number }): Promise<Request>;
}

/**
 * Signs requests on one object without sending them. Built on the SDK's client, for its endpoint, keys and signer: the SDK's own
 * presigner signs a checksum of the empty body into the URLs of parts.
 */
export async function presignerOf(client: S3Client, object: { readonly Bucket: string; readonly Key: string }) {
  const unsigned = await requestOn(client, object);
  const region = await client.config.region();
  const signer = await client.config.signer({
    name: 'sigv4',
    signingName: 's3',
    signingRegion: region,
    properties: {},
  });
  return async (method: 'GET' | 'PUT', query: Readonly<Record<string, string>> = {}): Promise<string> => {
    const host = unsigned.port === undefined ? unsigned.hostname : `${unsigned.hostname}:${unsigned.port}`;
    const headers = { host, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' };
    const request = { ...unsigned, method, query, headers };
    return urlOf(await (signer as unknown as Presigner).presign(request, { expiresIn: lifetime }));
  };
}

/** What the client would send, with the host and the path of this bucket. */
async function requestOn(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
): Promise<Request> {
  let made: Request | undefined;
  const command = new GetObjectCommand(object);
  command.middlewareStack.add(
    () => async (args) => {
      made = (args as { request: Request }).request;
      return { response: undefined, output: { $metadata: {} } };
    },
    { step: 'finalizeRequest', priority: 'high' },
  );
  await client.send(command);
  if (made === undefined) throw new Error('the SDK built no request to sign');
  return made;
}

function urlOf({ protocol, hostname, port, path, query = {} }: Request): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ''].flat().map((each) => `${encode(name)}=${encode(each)}`),
  );
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}?${pairs.join('&')}`;
}

/** As signatures spell it: all but RFC 3986's unreserved characters. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
