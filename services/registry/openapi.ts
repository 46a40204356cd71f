import type { RouteOptions } from 'fastify';
import { z } from 'zod';
import type { Http } from '../kit/http';
import { registryContract } from './contract';

type Json = Record<string, unknown>;
type Schemas = { readonly [Part in 'params' | 'querystring' | 'body']?: z.ZodType } & {
  readonly response?: Readonly<Record<number, z.ZodType>>;
};

interface OpenApiProps {
  /** Release of the protocol. */
  readonly version: string;
  /** Paths that ask for no token. `undefined`: none does. */
  readonly open: readonly string[] | undefined;
}

/**
 * Gives at `/openapi.json` what the schemas of the routes say, as OpenAPI 3.1: of all routes that are added to `app` after this call.
 * The twins under `/ajax-api` are left out.
 */
export function addOpenApi(app: Http, props: OpenApiProps): void {
  const routes: RouteOptions[] = [];
  app.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD' && !route.url.startsWith('/ajax-api/')) routes.push(route);
  });
  let document: string | undefined;
  app.get('/openapi.json', async (_, reply) => {
    document ??= JSON.stringify(documentOf(routes, props));
    return reply.type('application/json').send(document);
  });
}

function documentOf(routes: readonly RouteOptions[], { version, open }: OpenApiProps): Json {
  const paths: Record<string, Json> = {};
  const { probes, metrics } = registryContract;
  for (const url of [probes.live, probes.ready, metrics]) paths[url] = { get: operationOf('GET', url, {}, open) };
  for (const { method, url, schema } of routes) {
    const path = pathOf(url);
    paths[path] ??= {};
    for (const verb of [method].flat())
      paths[path][verb.toLowerCase()] = operationOf(verb, url, (schema ?? {}) as Schemas, open);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Registry',
      version,
      description: 'Experiment tracking and the model registry: the REST API of MLflow, and our own under /api/v1.',
    },
    ...(open && { security: [{ bearer: [] }] }),
    paths,
    components: {
      ...(open && { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } }),
      responses: {
        Error: {
          description: 'What is wrong, in words and as a code.',
          content: contentOf(z.object({ error_code: z.string(), message: z.string() }), 'output'),
        },
      },
    },
  };
}

function operationOf(method: string, url: string, schemas: Schemas, open: readonly string[] | undefined): Json {
  const path = pathOf(url);
  const words = path.replace(/^\/api\/(2\.0|3\.0|v1)\//, '/').match(/[A-Za-z0-9]+/g) ?? [];
  return {
    operationId: [method.toLowerCase(), ...words].join('_'),
    tags: [words[0] === 'mlflow' ? words[1] : words[0]],
    ...(open?.includes(url) && { security: [] }),
    parameters: [...parametersOf('path', schemas.params), ...parametersOf('query', schemas.querystring)],
    ...requestBodyOf(method, schemas.body),
    responses: {
      200: {
        description: 'Done.',
        ...(schemas.response?.[200] && { content: contentOf(schemas.response[200], 'output') }),
      },
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

/** A PUT without a schema takes a file. */
function requestBodyOf(method: string, body: z.ZodType | undefined): Json {
  if (body !== undefined) return { requestBody: { required: !mayLack(body), content: contentOf(body, 'input') } };
  return method === 'PUT' ? { requestBody: { content: { 'application/octet-stream': {} } } } : {};
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const { properties = {} } = jsonSchemaOf(schema, 'input') as { properties?: Json };
  return Object.entries(schema.shape).map(([name, field]) => ({
    // a rest of a path has no name in the router
    name: name === '*' ? 'path' : name,
    in: place,
    required: place === 'path' || !mayLack(field),
    schema: properties[name],
  }));
}

const contentOf = (schema: z.ZodType, io: 'input' | 'output') => ({
  'application/json': { schema: jsonSchemaOf(schema, io) },
});

/** Which fields are required is asked of the schema itself: of one with a transformation before it, zod cannot know. */
function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (!(zodSchema instanceof z.ZodObject)) return;
      const required = Object.entries(zodSchema.shape).flatMap(([name, field]) => (mayLack(field) ? [] : [name]));
      delete jsonSchema.required;
      if (required.length > 0) jsonSchema.required = required;
    },
  });
  return json;
}

const mayLack = (schema: z.core.$ZodType) => z.safeParse(schema, undefined).success;

/** `/models/:name` and `/artifacts/*` as OpenAPI writes them. */
const pathOf = (url: string) => url.replace(/:([a-z_]+)/gi, '{$1}').replace(/\*$/, '{path}');
