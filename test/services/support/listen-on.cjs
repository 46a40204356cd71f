// Preloaded into a service under test (node --require): it listens on LISTEN_ON instead of its contract's port, so that two of
// them, and whatever else runs on this machine, do not meet. LISTEN_ON_8081 is for one of several ports.
const { Server } = require('node:net');

const { listen } = Server.prototype;
Server.prototype.listen = function (options, ...rest) {
  return listen.call(
    this,
    { ...options, host: '127.0.0.1', port: Number(process.env[`LISTEN_ON_${options.port}`] ?? process.env.LISTEN_ON) },
    ...rest,
  );
};
