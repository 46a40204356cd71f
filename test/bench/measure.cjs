// Loaded before a measured program: at its end, writes what it cost, and which code and provider classes it had loaded.
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  const program = process.argv[1];
  const modules = Object.keys(require.cache).filter((file) => file !== program && file !== __filename);
  const classes = modules.filter((file) => /node_modules\/@cdktf\/provider-[^/]+\/lib\/[^/]+\/index\.js$/.test(file));
  const megabytes = process.resourceUsage().maxRSS / 1024;
  writeFileSync(
    process.env.MEASURE_TO,
    JSON.stringify({ cpuSeconds: (user + system) / 1e6, megabytes, classes, modules }),
  );
});
