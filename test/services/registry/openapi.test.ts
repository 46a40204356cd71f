import Ajv from 'ajv/dist/2020';
import { adminToken, as, useAccess } from '../support/access';
import type { Served } from '../support/serve';

const { startReplica } = useAccess();

describe('the OpenAPI document', () => {
  // biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
  let document: any;
  let replica: Served;
  beforeAll(async () => {
    replica = await startReplica({});
    const answer = await as(replica, adminToken).get('/openapi.json');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    document = answer.json;
  });

  interface Operation {
    path: string;
    method: string;
    operationId: string;
    parameters: { name: string; in: string; required: boolean; schema: object }[];
    requestBody?: { content: Record<string, { schema: object }> };
    responses: Record<string, object>;
    security?: object[];
  }
  const operations = (): Operation[] =>
    Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })),
    );

  test('has every route, each once, with its parameters', () => {
    expect([document.openapi, document.info.version]).toEqual(['3.1.0', '3.17.2']);
    const ids = operations().map(({ operationId }) => operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids.length).toBeGreaterThan(70);
    for (const { path, parameters, responses } of operations()) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      expect([path, inPath.map(({ name }) => name).toSorted()]).toEqual([
        path,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted(),
      ]);
      expect(inPath.every(({ required }) => required)).toBe(true);
      expect(Object.keys(responses)).toEqual(['200', 'default']);
    }
    const paths = Object.keys(document.paths);
    for (const path of [
      '/livez',
      '/metrics',
      '/health',
      '/api/v1/tokens',
      '/api/2.0/mlflow/webhooks/{webhook_id}/test',
    ])
      expect(paths).toContain(path);
    expect(paths).toContain('/api/2.0/mlflow-artifacts/artifacts/{path}');
    expect(paths.filter((path) => path.startsWith('/ajax-api'))).toEqual([]);
    const open = operations().filter(({ security }) => security?.length === 0);
    expect(open.map(({ path }) => path).toSorted()).toEqual(['/health', '/livez', '/metrics', '/readyz']);
  });

  test('holds schemas of JSON Schema 2020-12 only, and references that lead somewhere', () => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true, validateFormats: false });
    const schemas = operations().flatMap(({ parameters, requestBody }) => [
      ...parameters.map(({ schema }) => schema),
      ...Object.values(requestBody?.content ?? {}).flatMap(({ schema }) => schema ?? []),
    ]);
    expect(schemas.length).toBeGreaterThan(100);
    for (const schema of schemas) ajv.compile(schema);
    for (const [, reference = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = reference.split('/').reduce((part, name) => part?.[name], document);
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
  });

  test('says what the server does: an empty body is refused where the document refuses it', async () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const caller = as(replica, adminToken);
    const checked: string[] = [];
    for (const { path, method, parameters, requestBody } of operations()) {
      const schema = requestBody?.content['application/json']?.schema;
      if (schema === undefined || parameters.length > 0) continue;
      const { status, json } = await caller.send(method.toUpperCase(), path, {});
      const refused = status === 400 && /for(?: required)? parameter '.*See the API docs/.test(json.message);
      // A run may be named by one of two fields, which no list of required fields can say.
      const isLoose = 'run_uuid' in ((schema as { properties?: object }).properties ?? {});
      expect([path, refused]).toEqual([path, isLoose || !ajv.validate(schema, {})]);
      checked.push(path);
    }
    expect(checked.length).toBeGreaterThan(35);
  });
});
