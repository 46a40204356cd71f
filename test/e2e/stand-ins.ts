import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const dockerfile = `FROM scratch
COPY root /
ENV PATH=/usr/local/bin PYTHONPATH=/packages
`;

/** Where a Python of this machine lies, as it says itself. */
const places = `import json, os, sys, sysconfig
print(json.dumps({
    "program": os.path.realpath(sys._base_executable),
    "library": sysconfig.get_path("stdlib"),
    "packages": sysconfig.get_path("purelib"),
}))`;

/**
 * A folder with a Dockerfile of what `python:3.11-slim` is elsewhere, for a machine that reaches no public images: this machine's own Python
 * with the packages that it has. What a Dockerfile then installs is there already.
 */
export function withPythonFolder<T>(python: string, use: (folder: string) => T): T {
  const { program, library, packages } = JSON.parse(execFileSync(python, ['-c', places], { encoding: 'utf8' }));
  const folder = mkdtempSync(join(tmpdir(), 'mlops-python-'));
  const root = join(folder, 'root');
  try {
    for (const part of ['usr/local/bin', 'usr/local/lib', 'packages', 'tmp', 'etc'])
      mkdirSync(join(root, part), { recursive: true });
    execFileSync('chmod', ['1777', join(root, 'tmp')]);
    copyFileSync(program, join(root, 'usr/local/bin', basename(program)));
    symlinkSync(basename(program), join(root, 'usr/local/bin/python'));
    copyTree(library, join(root, 'usr/local/lib', basename(library)), ['site-packages', 'test', 'idlelib', 'tkinter']);
    copyTree(packages, join(root, 'packages'), []);
    // scikit-learn counts cores by it
    copyFileSync('/bin/cat', join(root, 'usr/local/bin/cat'));
    for (const library of sharedLibraries(program, ...filesOf(root)))
      if (!library.startsWith(root)) copyLibrary(library, root);
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/\nnonroot:x:65532:65532::/tmp:/\n');
    writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
    writeFileSync(join(folder, 'Dockerfile'), dockerfile);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A folder with a Dockerfile of a shell with a few tools, and programs of the caller's: text by name. */
export function withShellFolder<T>(programs: Readonly<Record<string, string>>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-shell-'));
  const root = join(folder, 'root');
  try {
    for (const part of ['bin', 'tmp']) mkdirSync(join(root, part), { recursive: true });
    const tools = ['sh', 'cat', 'sleep', 'grep', 'basename', 'timeout'].map((name) => ({ name, file: toolAt(name) }));
    for (const { name, file } of tools) copyFileSync(file, join(root, 'bin', name));
    for (const library of sharedLibraries(...tools.map(({ file }) => file))) copyLibrary(library, root);
    for (const [name, text] of Object.entries(programs)) writeFileSync(join(root, 'bin', name), text, { mode: 0o755 });
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY root /\nENV PATH=/bin\n');
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const toolAt = (name: string) => execFileSync('sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim();

const copyTree = (from: string, to: string, without: readonly string[]): void =>
  cpSync(from, to, {
    recursive: true,
    filter: (file) =>
      basename(file) !== '__pycache__' && !(dirname(file) === from && without.includes(basename(file))) && !isTk(file),
  });

/** It would bring a window system. */
const isTk = (file: string) => basename(file).startsWith('_tkinter.');

/**
 * Runs `use` on a folder with a Dockerfile: `base`, and what native modules need of this machine's C library. The public image has that library whole, its
 * stand-in has what Node needs itself.
 */
export function withNodeFolder<T>(base: string, nativeModules: string, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-node-'));
  const root = join(folder, 'root');
  try {
    for (const library of sharedLibraries(...filesOf(nativeModules)))
      if (!library.startsWith(nativeModules)) copyLibrary(library, root);
    writeFileSync(join(folder, 'Dockerfile'), `FROM ${base}\nCOPY root /\n`);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const filesOf = (folder: string): string[] =>
  execFileSync('find', [folder, '-type', 'f', '(', '-name', '*.so*', '-o', '-name', '*.node', ')'], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n');

/** Libraries that these need, and those that name resolution opens at run time. */
function sharedLibraries(...files: string[]): string[] {
  // it ends with 1 where a file is no program; what it says of the others counts
  const output = execFileSync('sh', ['-c', 'ldd "$@" 2>/dev/null || true', 'ldd', ...files], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const found = new Set([...output.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, file]) => file as string));
  const libc = [...found].find((file) => basename(file) === 'libc.so.6');
  for (const name of ['libnss_dns.so.2', 'libnss_files.so.2', 'libresolv.so.2'])
    if (libc && existsSync(join(dirname(libc), name))) found.add(join(dirname(libc), name));
  return [...found];
}

function copyLibrary(file: string, root: string): void {
  const target = join(root, file);
  if (existsSync(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, target);
}
