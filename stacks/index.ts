export { BaseStack } from './base-stack';
export { Platform } from './platform';
export { PlatformStack } from './platform-stack';
