import { connect, createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../harness/processes';

/** A port that leads to another one while it is open: what is behind it goes away and comes back. */
export class Gate {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(
    readonly port: number,
    private readonly target: number,
  ) {}

  /** Shut at first. */
  static async to(target: number): Promise<Gate> {
    return new Gate(await freePort(), target);
  }

  open(): Promise<void> {
    const server = createServer((client) => {
      const behind = connect(this.target, '127.0.0.1');
      for (const [socket, other] of [
        [client, behind],
        [behind, client],
      ] as const) {
        this.sockets.add(socket);
        socket.on('error', () => other.destroy()).on('close', () => this.sockets.delete(socket));
        socket.pipe(other);
      }
    });
    this.server = server;
    return new Promise((resolve) => server.listen(this.port, '127.0.0.1', resolve));
  }

  async shut(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }
}
