import { connect, type Socket } from 'node:net';

export interface LoadProps {
  /** Servers on this machine; a connection goes to the next one when one refuses. */
  readonly ports: readonly number[];
  readonly model: string;
  readonly connections: number;
}

interface Answer {
  readonly version: string;
  readonly problem: string | undefined;
}

/**
 * Clients of a model that adds up a row and its version (`plus` of logged-models.ts): they know the answer of each version to each
 * request. Over sockets, because Node's own HTTP client costs more than the server.
 */
export class Load {
  answered = 0;
  /** Requests without an answer, and answers that are not those of the version which they name. */
  readonly problems: string[] = [];
  readonly byVersion: Record<string, number> = {};
  private readonly lines: Line[];
  private sent = 0;
  private ended = false;
  private readonly waiting = new Map<string, () => void>();

  constructor(props: LoadProps) {
    this.lines = Array.from({ length: props.connections }, (_, i) => new Line(props, i));
  }

  /** As many as there are connections at once, each the next one as soon as it is answered. @returns answers per second */
  async saturate(ms: number): Promise<number> {
    const [before, since] = [this.answered, Date.now()];
    const work = this.lines.map(async (line) => {
      while (Date.now() - since < ms) await this.ask(line);
    });
    await Promise.all(work);
    return (this.answered - before) / ((Date.now() - since) / 1000);
  }

  /** Requests at an even rate, until it is ended. Those that find no connection free are sent when one is. */
  async pace(perSecond: number): Promise<void> {
    const free = [...this.lines];
    const open = new Set<Promise<void>>();
    const [since, first] = [Date.now(), this.sent];
    this.ended = false;
    while (!this.ended) {
      const due = first + Math.floor(((Date.now() - since) / 1000) * perSecond);
      while (this.sent < due) {
        const line = free.shift();
        if (line === undefined) break;
        const asked: Promise<void> = this.ask(line).finally(() => {
          free.push(line);
          open.delete(asked);
        });
        open.add(asked);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(open);
  }

  /** New connections go to the other servers, as those of a Service do soon after a pod's end has begun. Open ones stay. */
  leave(port: number): void {
    for (const line of this.lines) line.leave(port);
  }

  end(): void {
    this.ended = true;
  }

  close(): void {
    for (const line of this.lines) line.close();
  }

  /** Resolves when a version has answered from now on. */
  answerOf(version: string): Promise<void> {
    return new Promise((resolve) => this.waiting.set(version, resolve));
  }

  private async ask(line: Line): Promise<void> {
    const { version, problem } = await line.ask(this.sent++ % 1000);
    if (problem !== undefined) {
      this.problems.push(problem);
      return;
    }
    this.answered++;
    this.byVersion[version] = (this.byVersion[version] ?? 0) + 1;
    this.waiting.get(version)?.();
    this.waiting.delete(version);
  }
}

/** One connection with one request at a time. */
class Line {
  private socket: Socket | undefined;
  private received = '';
  private settle: (answer: string | Error) => void = () => {};

  private ports: readonly number[];

  constructor(
    private readonly props: LoadProps,
    private at: number,
  ) {
    this.ports = props.ports;
  }

  leave(port: number): void {
    this.ports = this.ports.filter((other) => other !== port);
  }

  async ask(x: number): Promise<Answer> {
    try {
      const socket = await this.connected();
      const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [x, 1] }] });
      const answer = new Promise<string | Error>((resolve) => {
        this.settle = resolve;
      });
      socket.write(
        `POST /v2/models/${this.props.model}/infer HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
          `content-length: ${body.length}\r\n\r\n${body}`,
      );
      const text = await answer;
      if (text instanceof Error) return { version: '', problem: `no answer: ${text.message}` };
      const { model_version: version, outputs } = JSON.parse(text);
      const right = outputs?.[0]?.data?.[0] === x + 1 + Number(version);
      return { version, problem: right ? undefined : `wrong answer to ${x}: ${text}` };
    } catch (error) {
      return { version: '', problem: (error as Error).message };
    }
  }

  close(): void {
    this.socket?.destroy();
  }

  private async connected(): Promise<Socket> {
    if (this.socket?.writable) return this.socket;
    for (let tries = 0; ; tries++) {
      const { ports } = this;
      try {
        this.socket = await this.open(ports[this.at % ports.length] ?? 0);
        return this.socket;
      } catch (error) {
        if (tries >= ports.length) throw error;
        this.at++;
      }
    }
  }

  private open(port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      this.received = '';
      socket.setNoDelay(true).setEncoding('latin1');
      socket.once('connect', () => resolve(socket)).once('error', reject);
      socket.on('data', (text: string) => this.take(socket, text));
      socket.on('close', () => this.socket === socket && this.settle(new Error('the connection was closed')));
    });
  }

  private take(socket: Socket, text: string): void {
    this.received += text;
    const head = this.received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const headers = this.received.slice(0, head);
    const length = Number(/content-length: (\d+)/i.exec(headers)?.[1]);
    if (this.received.length < head + 4 + length) return;
    const body = this.received.slice(head + 4, head + 4 + length);
    this.received = '';
    // The server has said that this was the last answer on this connection.
    if (/connection: close/i.test(headers)) {
      this.socket = undefined;
      socket.destroy();
    }
    const isGood = headers.startsWith('HTTP/1.1 200');
    this.settle(isGood ? body : new Error(`${headers.split('\r\n')[0]} ${body}`));
  }
}

/** Seconds from the order to move an alias to the first answer of its version, while requests come. */
export async function secondsToFirstAnswer(load: Load, version: string, move: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  const answered = load.answerOf(version);
  await move();
  await answered;
  return (performance.now() - since) / 1000;
}
