import type { Http } from '../../kit/http';

/** The release of MLflow whose protocol this is. */
export const protocolVersion = '3.17.2';

/** What clients ask to learn whom they talk to. None of it touches the database. */
export function addServerInfo(app: Http, { direct }: { readonly direct: boolean }): void {
  app.get('/health', { logLevel: 'warn' }, async (_, reply) => reply.type('text/plain').send('OK'));
  app.get('/version', async (_, reply) => reply.type('text/plain').send(protocolVersion));
  for (const prefix of ['/api', '/ajax-api']) {
    app.get(`${prefix}/3.0/mlflow/server-info`, async () => ({
      store_type: 'SqlStore',
      workspaces_enabled: false,
      trace_archival_enabled: false,
      multipart_uploads_enabled: direct,
      multipart_downloads_enabled: direct,
      // Plugins for buckets that the client reaches by URIs of its own: MLflow, too, refuses them behind a proxy.
      presigned_upload_run_id_supported: false,
      presigned_upload_model_id_supported: false,
      features_enabled: { gateway: false },
    }));
  }
}
