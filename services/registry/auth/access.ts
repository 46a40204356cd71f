import { modelUriOf, uriOf } from '../models/uri';
import type { Role } from './principal';

/** Searches with a body. What POSTs else changes something. */
const readingPosts = /\/search$|\/(search-datasets|get-latest-versions|metrics\/get-history-bulk-interval)$/;

/** What speaks about who may come in, or sends data to others. */
const ofAdmins = /^\/api\/v1\/(tokens|webhooks)(\/|$)|^\/(ajax-)?api\/2\.0\/mlflow\/webhooks(\/|$)/;

/** The role that a route needs, by its pattern. A route that nobody thought of needs more rather than less. */
export function neededRole(method: string, route: string): Role {
  if (ofAdmins.test(route)) return 'admin';
  if (method === 'GET' || method === 'HEAD') return 'read';
  return method === 'POST' && readingPosts.test(route) ? 'read' : 'write';
}

const ofModels = /\/(registered-models|model-versions|prompts|lineage\/models)\//;

interface Sent {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/** Names of registered models that a request carries: it may touch each of them. */
export function modelsIn(route: string, { params, query, body }: Sent): string[] {
  if (!ofModels.test(route)) return [];
  return [params, query, body].flatMap((fields) => {
    const { name, new_name: newName, source } = (fields ?? {}) as Record<string, unknown>;
    return [name, newName, copiedModel(source)].filter((value) => typeof value === 'string');
  });
}

/** A version may be made from one of another model: `models:/name/3`, `models:/name@alias`. */
function copiedModel(source: unknown): string | undefined {
  if (typeof source !== 'string' || uriOf(source).scheme !== 'models') return undefined;
  const uri = modelUriOf(source);
  return uri !== undefined && 'name' in uri ? uri.name : undefined;
}

/** Lists of models and versions in answers. */
const lists = ['registered_models', 'model_versions', 'models'];

/** The answer of a search without what the caller may not see. Its page may be shorter than was asked for. */
export function withoutHidden(route: string, answer: unknown, isSeen: (name: string) => boolean): unknown {
  if (typeof answer !== 'object' || answer === null || !/models|model-versions/.test(route)) return answer;
  if (/\/logged-models/.test(route)) return answer;
  const shown = lists.flatMap((key) => {
    const items = (answer as Record<string, unknown>)[key];
    return Array.isArray(items) ? [[key, items.filter(({ name }) => isSeen(name))]] : [];
  });
  return { ...answer, ...Object.fromEntries(shown) };
}
