import { z } from 'zod';
import { digestOf } from '../../kit/bearer';
import type { Http } from '../../kit/http';
import { invalid, notFound } from '../protocol/errors';
import { pagingFields, pagingOf } from '../protocol/pages';
import { optional } from '../protocol/values';
import type { Authenticator } from './authenticator';
import { type Role, roles } from './principal';
import { newSecret } from './secret';
import type { AccessToken, TokenStore } from './store';

/** A name of a model, or the beginning of names with `*` at its end. */
const pattern = z
  .string()
  .regex(/^[^*/:]+\*?$/, "expected a name, or the beginning of names followed by '*'")
  .max(256);

const newToken = z.object({
  name: z.string().trim().min(1).max(100),
  role: z.enum(roles),
  models: optional(z.array(pattern).min(1).max(100)),
  /** Milliseconds since 1970. */
  expires_at: optional(z.int().positive()),
});

/** Our own API: who may come in. Admins only. */
export function addTokens(app: Http, store: TokenStore, authenticator: Authenticator): void {
  app.post('/api/v1/tokens', { schema: { body: newToken } }, async ({ body, principal, log }, reply) => {
    const { name, role, models, expires_at: expiresAt } = body;
    checkRestriction(role, models);
    if (expiresAt !== undefined && expiresAt <= Date.now())
      throw invalid(`expires_at must lie in the future, in milliseconds since 1970; got ${expiresAt}`);
    const secret = newSecret();
    const createdBy = principal?.name ?? '';
    const made = await store.create({ name, role, models, createdBy, expiresAt }, digestOf(secret));
    log.info({ id: made.id, name, role, by: createdBy }, 'token made');
    return reply.header('cache-control', 'no-store').send({ token: { ...tokenToJson(made), secret } });
  });

  app.get('/api/v1/tokens', { schema: { querystring: z.object(pagingFields) } }, async ({ query }) => {
    const page = await store.list(pagingOf(query, 100, 1000));
    return { tokens: page.items.map(tokenToJson), next_page_token: page.nextPageToken };
  });

  const params = z.object({ id: z.uuid() });
  app.delete('/api/v1/tokens/:id', { schema: { params } }, async ({ params: { id }, principal, log }) => {
    const revoked = await store.revoke(id);
    if (revoked === undefined) throw notFound(`There is no token with the id ${id}`);
    authenticator.forget();
    log.info({ id, name: revoked.name, role: revoked.role, by: principal?.name }, 'token revoked');
    return {};
  });
}

/** An admin could lift the restriction, so that it would be none. */
function checkRestriction(role: Role, models: readonly string[] | undefined): void {
  if (role === 'admin' && models !== undefined)
    throw invalid("a token with the role 'admin' cannot be restricted to models; leave models out, or take 'write'");
}

const tokenToJson = (token: AccessToken) => ({
  id: token.id,
  name: token.name,
  role: token.role,
  models: token.models,
  created_by: token.createdBy,
  created_at: token.createdAt,
  expires_at: token.expiresAt,
  last_used_at: token.lastUsedAt,
});
