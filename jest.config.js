/** @type {import('jest').Config} */
module.exports = {
  // one worker fewer than cores is jest's default: half of a machine with two
  maxWorkers: '100%',
  // without them jest lists all of node_modules first
  roots: ['bin', 'examples', 'lib', 'services', 'stacks', 'test'].map((folder) => `<rootDir>/${folder}`),
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/e2e/',
    '<rootDir>/test/clients/',
    '<rootDir>/test/faults/',
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/services/dist/', '<rootDir>/cdktf.out/'],
  // native modules make typed arrays that jest's own environment does not know for such
  testEnvironment: '<rootDir>/test/harness/environment.cjs',
  transform: { '^.+\\.ts$|/(jose|hyparquet|hyparquet-writer)/.+\\.js$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
  // they come as ES modules only, which jest does not load
  transformIgnorePatterns: ['/node_modules/(?!(jose|hyparquet|hyparquet-writer)/)'],
  // of a test or hook that hangs: real Postgres servers start in hooks, and on a busy machine that took more than jest's 5 s
  testTimeout: 30_000,
  reporters: ['default', '<rootDir>/test/harness/counts-reporter.js'],
};
