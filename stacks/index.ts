export { BaseStack } from './base-stack';
export { DataStack } from './data-stack';
export { FoundationStack } from './foundation-stack';
export { Platform } from './platform';
export { PlatformStack } from './platform-stack';
