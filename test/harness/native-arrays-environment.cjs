// The environment of all tests: native modules (onnxruntime) make typed arrays of Node's own realm, and what jest loads compares them
// with those of its sandbox. Here both are the same.
const { TestEnvironment } = require('jest-environment-node');

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of Object.getOwnPropertyNames(globalThis))
      if (/^(Array|SharedArray|Big|U?[Ii]nt|Float)\w*(Array|Buffer)$|^Uint8ClampedArray$/.test(name))
        this.global[name] = globalThis[name];
  }
};
