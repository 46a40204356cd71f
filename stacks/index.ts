export { BaseStack } from './base-stack';
export { Platform, type PlatformProps } from './platform';
export { PlatformStack } from './platform-stack';
