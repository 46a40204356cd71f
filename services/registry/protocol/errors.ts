import { ServiceError } from '../../kit/errors';

/** MLflow's error codes with the status that MLflow gives them. */
export const invalid = (message: string) => new ServiceError(400, 'INVALID_PARAMETER_VALUE', message);
export const notFound = (message: string) => new ServiceError(404, 'RESOURCE_DOES_NOT_EXIST', message);
export const alreadyExists = (message: string) => new ServiceError(400, 'RESOURCE_ALREADY_EXISTS', message);

/** What MLflow answers where its database refuses a row, with our words instead of the statement. */
export const badRequest = (message: string) => new ServiceError(400, 'BAD_REQUEST', message);

/** MLflow answers it with 500, which its clients try seven times again. */
export const invalidState = (message: string) => new ServiceError(400, 'INVALID_STATE', message);

export const notActive = (what: 'run' | 'experiment', id: string, stage: string) =>
  invalid(`The ${what} ${id} must be in the 'active' state. Current state is ${stage}.`);

export const codes = { invalid: 'INVALID_PARAMETER_VALUE', noRoute: 'ENDPOINT_NOT_FOUND', internal: 'INTERNAL_ERROR' };
