/** Of the package that all services come in; a test compares it with the package's own. */
export const version = '0.1.0';
