// Preloaded into a service under test (node --expose-gc --require): at SIGUSR2 it collects garbage and writes its memory in MiB.
process.on('SIGUSR2', () => {
  globalThis.gc();
  setTimeout(() => {
    globalThis.gc();
    process.stderr.write(`memory ${Math.round(process.memoryUsage().rss / 2 ** 20)}\n`);
  }, 500);
});
