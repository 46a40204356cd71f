import { identity, integer, type Searchable, text, textOrNull } from '../filter/fields';

/** What MLflow lets users search experiments by (mlflow 3.17.2, SearchExperimentsUtils and the clauses of its SQL store). */
export const searchable: Searchable = {
  entities: { attribute: 'attribute', tag: 'tag', tags: 'tag' },
  free: { tag: textOrNull },
  fixed: { attribute: { name: text, experiment_id: identity, creation_time: integer, last_update_time: integer } },
};
