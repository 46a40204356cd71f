const base = require('../../jest.config.js');

/** @type {import('jest').Config} */
module.exports = {
  ...base,
  rootDir: '../..',
  globalSetup: undefined,
  globalTeardown: undefined,
  // what asks an API server only, too
  testMatch: ['<rootDir>/test/e2e/*.test.ts', '<rootDir>/test/**/*.live.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 60_000,
  // programs are killed here: what they leave is removed, and no failure
  testEnvironmentOptions: { mayLeaveFiles: true },
};
