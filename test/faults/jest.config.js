// npm run test:faults: what takes longer than a test may, with real servers that are killed or fed with rubbish.
/** @type {import('jest').Config} */
module.exports = {
  ...require('../../jest.config'),
  rootDir: '../..',
  testMatch: ['<rootDir>/test/faults/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 480_000,
  // programs are killed here: what they leave is removed, and no failure
  testEnvironmentOptions: { mayLeaveFiles: true },
};
