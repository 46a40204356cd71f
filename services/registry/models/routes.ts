import type { Http } from '../../kit/http';
import { addAliases } from './alias-routes';
import { addModels } from './model-routes';
import type { ModelRegistry } from './store';
import { addVersions } from './version-routes';

/** Registered models, their versions and aliases. Prompts are registered models too. */
export function addModelRegistry(routes: Http, registry: ModelRegistry): void {
  addModels(routes, registry.models);
  addVersions(routes, registry);
  addAliases(routes, registry.aliases);
}
