import { get as getOverHttp } from 'node:http';
import { get as getOverHttps } from 'node:https';
import { json } from 'node:stream/consumers';

const limitMs = 5000;
const largest = 1024 * 1024;

/** What a URL gives as JSON. Follows no redirect. */
export function getJson(url: string, ca: string | undefined): Promise<unknown> {
  const get = url.startsWith('https:') ? getOverHttps : getOverHttp;
  const options = { signal: AbortSignal.timeout(limitMs), headers: { accept: 'application/json' }, ...(ca && { ca }) };
  return new Promise((resolve, reject) => {
    const request = get(url, options, (response) => {
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > largest) request.destroy(new Error(`${url} gives more than ${largest} bytes`));
      });
      if (response.statusCode === 200) return json(response).then(resolve, reject);
      response.resume();
      reject(new Error(`${url} answers with ${response.statusCode}`));
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.name === 'AbortError' ? `no answer within ${limitMs / 1000} s` : (error.code ?? error.message);
      reject(new Error(`${url}: ${reason}`));
    });
  });
}
