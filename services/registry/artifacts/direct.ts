import { z } from 'zod';
import { ServiceError } from '../../kit/errors';
import type { Http } from '../../kit/http';
import type { DirectAccess } from '../../kit/object-store-direct';
import { notFound } from '../protocol/errors';
import { takeMessages } from '../protocol/routes';
import { int64, optional, required, text } from '../protocol/values';
import { below } from './locations';

const folder = z.object({ '*': z.string() });
const upload = z.object({ path: required(), upload_id: required() });
const start = z.object({ path: required(), num_parts: optional(int64()).transform((parts) => parts ?? 1) });
const part = z.object({ part_number: int64(), etag: required(), url: text() });
const complete = upload.extend({ parts: z.array(part).min(1, 'missing') });

/** Large artifacts go between client and bucket, by URLs that the registry signs. Clients learn from server-info whether they do. */
export function addDirectArtifacts(routes: Http, direct: DirectAccess | undefined): void {
  takeMessages(routes);

  routes.post('/mpu/create/*', { schema: { params: folder, body: start } }, async ({ params, body }) => {
    const { uploadId, urls } = await uploads().startUpload(keyOf(params['*'], body.path), body.num_parts);
    const credentials = urls.map((url, index) => ({ url, part_number: index + 1, headers: {} }));
    return { upload_id: uploadId, credentials };
  });

  routes.post('/mpu/complete/*', { schema: { params: folder, body: complete } }, async ({ params, body }) => {
    const parts = body.parts.map(({ part_number: number, etag }) => ({ number, etag }));
    await uploads().completeUpload(keyOf(params['*'], body.path), body.upload_id, parts);
    return {};
  });

  routes.post('/mpu/abort/*', { schema: { params: folder, body: upload } }, async ({ params, body }) => {
    await uploads().abortUpload(keyOf(params['*'], body.path), body.upload_id);
    return {};
  });

  routes.get('/presigned/*', { schema: { params: folder } }, async ({ params }) => {
    if (direct === undefined) throw unsupported('download');
    const found = await direct.download(params['*']);
    if (found === undefined) throw notFound(`No such artifact: '${params['*']}'`);
    return { url: found.url, headers: {}, file_size: found.size };
  });

  function uploads(): DirectAccess {
    if (direct === undefined) throw unsupported('upload');
    return direct;
  }
}

/** The path in the body is that of the file on the client's machine, of whatever system: only its name counts. */
const keyOf = (folder: string, path: string) => below(folder, path.split(/[/\\]/).at(-1) || path);

/** MLflow's words: clients that were told to try anyway look for them, and use the proxy. */
const unsupported = (what: 'upload' | 'download') =>
  new ServiceError(501, 'NOT_IMPLEMENTED', `Multipart ${what} is not supported for the current artifact repository`);
