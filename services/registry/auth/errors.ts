import { ServiceError } from '../../kit/errors';

/** MLflow's codes, with statuses that its clients do not try again. */
export const unauthenticated = (message: string) => new ServiceError(401, 'UNAUTHENTICATED', message);
export const denied = (message: string) => new ServiceError(403, 'PERMISSION_DENIED', message);
