import type { Http } from '../../kit/http';

/** Logged models cannot be made here yet, so there are none to find. Clients ask whenever they read a run's artifacts. */
export function addLoggedModels(routes: Http): void {
  routes.post('/logged-models/search', async () => ({ models: [] }));
}
