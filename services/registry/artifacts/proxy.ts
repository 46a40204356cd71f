import { Readable, Transform } from 'node:stream';
import { z } from 'zod';
import { ServiceError } from '../../kit/errors';
import type { Http } from '../../kit/http';
import type { ObjectStore } from '../../kit/object-store';
import { notFound } from '../protocol/errors';
import { text } from '../protocol/values';
import { toJson } from './list';
import { withoutEndSlash } from './locations';

const mebibyte = 1024 * 1024;

/** The `mlflow-artifacts` proxy: clients need no keys of the bucket. Bodies pass through as streams in both directions. */
export function addArtifactProxy(routes: Http, artifacts: ObjectStore, maxUploadMib: number): void {
  // The body is the artifact itself, whatever its content type says.
  routes.removeAllContentTypeParsers();
  routes.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  const artifact = { schema: { params: z.object({ '*': z.string() }) } };

  routes.put('/artifacts/*', artifact, async (request) => {
    const declared = Number(request.headers['content-length']);
    if (declared > maxUploadMib * mebibyte) throw tooLarge(maxUploadMib);
    const body = request.body === undefined || request.body === null ? Readable.from([]) : (request.body as Readable);
    try {
      await artifacts.put(request.params['*'], atMost(body, maxUploadMib), declared || 0);
    } finally {
      // Clients read no answer before they have sent everything: what is refused must still be taken.
      body.unpipe().resume();
    }
    return {};
  });

  routes.get('/artifacts/*', artifact, async (request, reply) => {
    const found = await artifacts.get(request.params['*']);
    if (found === undefined) throw notFound(`No such artifact: '${request.params['*']}'`);
    return reply
      .headers({
        'content-type': 'application/octet-stream',
        'content-length': found.size,
        'content-disposition': 'attachment',
        'x-content-type-options': 'nosniff',
      })
      .send(found.body);
  });

  routes.get('/artifacts', { schema: { querystring: z.object({ path: text() }) } }, async ({ query }) => {
    const entries = await artifacts.list(withoutEndSlash(query.path ?? ''));
    return { files: entries.map((entry) => toJson(entry, entry.name)) };
  });

  routes.delete('/artifacts/*', artifact, async (request) => {
    // Clients name the root of a run with a slash at its end.
    await artifacts.delete(withoutEndSlash(request.params['*']));
    return {};
  });
}

/** Ends with an error once more has passed: a chunked upload does not say how much will come. */
function atMost(body: Readable, maxMib: number): Readable {
  let passed = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      done(passed > maxMib * mebibyte ? tooLarge(maxMib) : null, chunk);
    },
  });
  body.once('error', () => counted.destroy(new ServiceError(400, 'BAD_REQUEST', 'the upload ended before its end')));
  return body.pipe(counted);
}

const tooLarge = (maxMib: number) =>
  new ServiceError(
    413,
    'INVALID_PARAMETER_VALUE',
    `The artifact is larger than ${maxMib} MiB; raise MAX_UPLOAD_MIB, or write it to the bucket directly`,
  );
