import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Listens on every address, with IPv6 where the machine has it. */
export async function listen(app: Pick<FastifyInstance, 'listen'>, port: number): Promise<void> {
  try {
    await app.listen({ host: '::', port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT') throw error;
    await app.listen({ host: '0.0.0.0', port });
  }
}

/** From now on each answer is the last one of its connection, so that no client sends into one that is just being closed. */
export function endKeepAlive({ server }: Pick<FastifyInstance, 'server'>): void {
  server.prependListener('request', (_, response) => {
    response.shouldKeepAlive = false;
  });
}

/** Clients that never stop connecting would keep the server from closing. */
const limitMs = 2000;
/** In a longer one, another may have come after the look. */
const shortTurnMs = 1;

/**
 * Resolves when no connection waits in the kernel to be taken: whoever closes the server in the same turn of the event loop resets
 * none, with the request that it has brought. A turn takes one connection (github.com/libuv/libuv/pull/3696), so one that brought
 * none has found none. What those connections ask is read after that, for a busy process would else never come to the last one.
 */
export async function allConnectionsTaken(server: Pick<Server, 'on' | 'off'>): Promise<void> {
  const until = performance.now() + limitMs;
  const taken: Socket[] = [];
  const take = (socket: Socket) => {
    taken.push(socket);
    process.nextTick(() => socket.pause()); // by itself it would begin to read in this tick
  };
  server.on('connection', take);
  await turn();
  for (let isDone = false; !isDone && performance.now() < until; ) {
    const [before, since] = [taken.length, performance.now()];
    await turn();
    isDone = taken.length === before && performance.now() - since < shortTurnMs;
  }
  server.off('connection', take);
  for (const socket of taken) socket.resume();
}

/** Resolves right after the loop has looked for what has come in. */
const turn = () => new Promise((next) => setImmediate(next));
