/** Where MLflow's REST API lies. */
export const api = '/api/2.0/mlflow';
/** How MLflow ends what it says of wrong parameters. */
export const docs = 'See the API docs for more information about request parameters.';

export const [invalid, absent, taken, bad] = [
  'INVALID_PARAMETER_VALUE',
  'RESOURCE_DOES_NOT_EXIST',
  'RESOURCE_ALREADY_EXISTS',
  'BAD_REQUEST',
];

/** Tags and params as the API has them. */
export const keyed = (values: Record<string, string>) => Object.entries(values).map(([key, value]) => ({ key, value }));
