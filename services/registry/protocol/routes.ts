import type { Http } from '../../kit/http';
import { invalid } from './errors';
import { useFieldNames } from './spelling';

/** Routes of MLflow's API answer under both of its prefixes: clients use the first, its web page the second. */
export function underMlflow(app: Http, area: 'mlflow' | 'mlflow-artifacts', add: (routes: Http) => void): void {
  for (const prefix of [`/api/2.0/${area}`, `/ajax-api/2.0/${area}`]) {
    app.register(
      async (routes) => {
        if (area === 'mlflow') takeMessages(routes as Http);
        add(routes as Http);
      },
      { prefix },
    );
  }
}

/** For routes whose bodies are messages of the protocol, not files. */
export function takeMessages(routes: Http): void {
  routes.addContentTypeParser('*', async () => {
    throw invalid("Bad Request. Content-Type must be one of ['application/json'].");
  });
  routes.addHook('preValidation', async (request) => {
    useFieldNames(request.body);
  });
}
