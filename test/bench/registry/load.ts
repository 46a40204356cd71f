import { Agent, request } from 'node:http';

/** Calls of one side by some clients at once, each on a connection that it keeps. */
export class Load {
  private readonly agent: Agent;

  constructor(
    private readonly url: string,
    private readonly connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** @throws Error at any answer other than 200: a bench of refusals measures nothing */
  call(method: string, path: string, body?: object): Promise<string> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers =
        text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const outgoing = request(this.url + path, { method, agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk) => chunks.push(chunk)).once('error', reject);
        response.once('end', () => {
          const answer = Buffer.concat(chunks).toString();
          response.statusCode === 200
            ? resolve(answer)
            : reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
        });
      });
      outgoing.once('error', reject).end(text);
    });
  }

  /** Repeats one unit of work on all connections for so many seconds; the time of each in ms, and of all in seconds. */
  async repeat(work: (load: Load) => Promise<unknown>, seconds: number): Promise<{ times: number[]; seconds: number }> {
    const begin = performance.now();
    const end = begin + seconds * 1000;
    const times: number[] = [];
    const client = async () => {
      while (performance.now() < end) {
        const start = performance.now();
        await work(this);
        times.push(performance.now() - start);
      }
    };
    await Promise.all(Array.from({ length: this.connections }, client));
    // MLflow closes what is idle for five seconds, which may be just when the next round sends.
    this.agent.destroy();
    return { times, seconds: (performance.now() - begin) / 1000 };
  }

  close(): void {
    this.agent.destroy();
  }
}
