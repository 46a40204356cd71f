import { ServiceError } from '../../kit/errors';

/** MLflow's error codes with the status that MLflow gives them. */
export const invalid = (message: string) => new ServiceError(400, 'INVALID_PARAMETER_VALUE', message);
export const notFound = (message: string) => new ServiceError(404, 'RESOURCE_DOES_NOT_EXIST', message);
export const alreadyExists = (message: string) => new ServiceError(400, 'RESOURCE_ALREADY_EXISTS', message);

export const codes = { invalid: 'INVALID_PARAMETER_VALUE', noRoute: 'ENDPOINT_NOT_FOUND', internal: 'INTERNAL_ERROR' };
