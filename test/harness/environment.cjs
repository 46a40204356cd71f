// The environment of all tests: typed arrays as native modules make them, and temporary folders of the file's own.
const { TestEnvironment } = require('jest-environment-node');
const FileFolders = require('./file-folders.cjs');

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.mayLeaveFiles = config.projectConfig.testEnvironmentOptions.mayLeaveFiles === true;
  }

  async setup() {
    await super.setup();
    shareTypedArrays(this.global);
    this.folders = new FileFolders();
    this.folders.enter(this.global.process.env);
  }

  /** After the hooks of the file; a file that never came so far has failed anyway. */
  handleTestEvent({ name }, state) {
    if (name !== 'run_finish') return;
    const left = this.leaveFolders();
    if (left.length === 0 || this.mayLeaveFiles) return;
    const problem = `temporary folders and files are left, got ${left.join(', ')}; make them with temporaryFolder of test/harness/folder.ts, or remove them where they are made`;
    state.unhandledErrors.push(new Error(problem));
  }

  async teardown() {
    this.leaveFolders();
    await super.teardown();
  }

  leaveFolders() {
    const left = this.folders?.leave() ?? [];
    this.folders = undefined;
    return left;
  }
};

/** onnxruntime makes typed arrays of Node's own realm, and what jest loads compares them with those of its sandbox: both are the same. */
function shareTypedArrays(sandbox) {
  for (const name of Object.getOwnPropertyNames(globalThis))
    if (/^(Array|SharedArray|Big|U?[Ii]nt|Float)\w*(Array|Buffer)$|^Uint8ClampedArray$/.test(name))
      sandbox[name] = globalThis[name];
}
