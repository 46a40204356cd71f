import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { peakMegabytes, resetPeak } from './processes';
import type { Side } from './sides';

const gigabyte = 1e9;
const chunk = Buffer.alloc(1e6, 7);

/** Peak memory of a server in MB while an artifact of 1 GB goes up through it and comes down again. */
export async function largeArtifact(side: Side): Promise<number> {
  const url = `${side.url}/api/2.0/mlflow-artifacts/artifacts/0/large`;
  resetPeak(side.pid);
  const parts = Readable.from(
    (function* () {
      for (let sent = 0; sent < gigabyte; sent += chunk.length) yield chunk;
    })(),
  );
  await new Promise<void>((resolve, reject) => {
    const upload = request(url, { method: 'PUT', headers: { 'content-length': gigabyte } }, (response) => {
      response
        .resume()
        .once('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`upload: ${response.statusCode}`)),
        );
    });
    pipeline(parts, upload).catch(reject);
  });
  const up = peakMegabytes(side.pid);
  resetPeak(side.pid);
  const { body } = await fetch(url);
  let bytes = 0;
  for await (const part of body ?? []) bytes += part.length;
  if (bytes !== gigabyte) throw new Error(`the artifact came back with ${bytes} bytes`);
  const down = peakMegabytes(side.pid);
  console.log(`1 GB artifact: ours at most ${Math.round(up)} MB up, ${Math.round(down)} MB down`);
  return Math.max(up, down);
}
