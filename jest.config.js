/** @type {import('jest').Config} */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/', '<rootDir>/test/clients/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/services/dist/', '<rootDir>/cdktf.out/'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
  reporters: ['default', '<rootDir>/test/harness/counts-reporter.js'],
};
