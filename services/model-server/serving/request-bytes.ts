import { Counter, Gauge, type Registry } from 'prom-client';
import { ServiceError } from '../../kit/errors';

/** What one request holds of the memory that all have together. */
export interface Share {
  /**
   * Bytes that have come.
   * @throws ServiceError 429 when all requests together hold too many, and it is neither alone nor small: what it has goes back then
   */
  add(bytes: number): void;
  /** It is answered, or its client has gone. */
  release(): void;
}

export interface RequestBytesProps {
  /** Of all requests together. */
  readonly most: number;
  /** A request of so many is always taken: one large one, whose client is slow, would else keep out all others. */
  readonly small: number;
  readonly register: Registry;
}

/** Bytes of the requests for inferences that are not yet answered: of each alone there is a limit, and many are larger than the memory. */
export class RequestBytes {
  private held = 0;
  private readonly refused: Counter;

  constructor(private readonly props: RequestBytesProps) {
    const registers = [props.register];
    const held = () => this.held;
    new Gauge({
      name: 'inference_request_bytes',
      help: 'Bytes of the requests for inferences that are not yet answered',
      registers,
      collect() {
        this.set(held());
      },
    });
    this.refused = new Counter({
      name: 'inference_requests_over_memory_total',
      help: 'Requests for inferences that were refused because all together held too many bytes',
      registers,
    });
  }

  /** @param expected bytes that the request says it has; it is refused before it has sent them */
  share(expected = 0): Share {
    let mine = 0;
    const release = () => {
      this.held -= mine;
      mine = 0;
    };
    const { most, small } = this.props;
    const check = (more: number) => {
      if (this.held === mine || mine + more <= small || this.held + more <= most) return;
      release();
      this.refused.inc();
      throw new ServiceError(
        429,
        'RESOURCE_EXHAUSTED',
        `requests of ${most / 2 ** 20} MiB at most are held in memory at once; try again`,
        1,
      );
    };
    check(expected);
    const add = (bytes: number) => {
      check(bytes);
      mine += bytes;
      this.held += bytes;
    };
    return { add, release };
  }
}
