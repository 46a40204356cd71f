const { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/** Of programs that we run, never of ours: the cache of tsx, and what onnxruntime writes when it is loaded. */
const others = /^tsx-\d+$|^mat-debug-\d+\.log$|^\.ses$/;

/**
 * The temporary folders of one test file: TEST_FOLDERS, in which temporaryFolder (folder.ts) makes its own, and TMPDIR, in which
 * nothing that is tested may leave anything.
 */
module.exports = class FileFolders {
  constructor() {
    this.outer = tmpdir();
    this.home = mkdtempSync(join(this.outer, 'mlops-test-'));
    this.own = join(this.home, 'own');
    this.tmp = join(this.home, 'tmp');
    for (const folder of [this.own, this.tmp]) mkdirSync(folder);
    // as root, services and Postgres run as other users
    for (const folder of [this.home, this.own]) chmodSync(folder, 0o755);
    chmodSync(this.tmp, 0o1777);
  }

  /** @param env the variables of the tests: jest gives them a copy, and os.tmpdir() reads this process's */
  enter(env) {
    for (const variables of [env, process.env]) Object.assign(variables, { TMPDIR: this.tmp, TEST_FOLDERS: this.own });
  }

  /** Removes both. @returns what was left in TMPDIR */
  leave() {
    const left = readdirSync(this.tmp).filter((name) => !others.test(name));
    rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
    process.env.TMPDIR = this.outer;
    delete process.env.TEST_FOLDERS;
    return left;
  }
};
