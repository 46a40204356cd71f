import type { Http } from '../../kit/http';
import { modelsIn, neededRole, withoutHidden } from './access';
import type { Authenticator } from './authenticator';
import { denied } from './errors';
import { hasRole, type Principal, seesModel } from './principal';

declare module 'fastify' {
  interface FastifyRequest {
    /** `undefined` where nobody is asked who they are. */
    principal: Principal | undefined;
  }
}

/** Lets in who has a token that suffices. `open` are the routes, by pattern, that ask for none: those of probes and scrapers. */
export function addGuard(app: Http, authenticator: Authenticator, open: readonly string[]): void {
  app.decorateRequest('principal', undefined);

  // Before the body is read: what comes from strangers is not.
  app.addHook('onRequest', async (request, reply) => {
    const { url = '' } = request.routeOptions;
    if (open.includes(url)) return;
    reply.header('www-authenticate', 'Bearer realm="registry"');
    const principal = await authenticator.principalOf(request.headers.authorization);
    reply.removeHeader('www-authenticate');
    const needed = neededRole(request.method, url);
    if (!hasRole(principal, needed))
      throw denied(`Permission denied: this needs the role '${needed}', the token has '${principal.role}'`);
    request.principal = principal;
  });

  app.addHook('preHandler', async (request) => {
    const { principal } = request;
    if (principal?.models === undefined) return;
    for (const name of modelsIn(request.routeOptions.url ?? '', request))
      if (!seesModel(principal, name))
        throw denied(
          `Permission denied: the token is for the models ${principal.models.join(', ')}, not for '${name}'`,
        );
  });

  app.addHook('preSerialization', async (request, _, answer) => {
    const { principal } = request;
    if (principal?.models === undefined) return answer;
    return withoutHidden(request.routeOptions.url ?? '', answer, (name) => seesModel(principal, name));
  });
}
