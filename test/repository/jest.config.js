/** `npm run check` runs these; they look at the sources, not at what the code does. */
module.exports = {
  ...require('../../jest.config.js'),
  rootDir: '../..',
  testMatch: ['<rootDir>/test/repository/*.check.ts'],
};
