import { Counter, Gauge, type Registry } from 'prom-client';
import { ServiceError } from '../../kit/errors';

/** What one request holds of the memory that all have together. */
export interface Share {
  /**
   * Bytes that have come.
   * @throws ServiceError 429 when all requests together hold too many, and it is not small: what it has goes back then
   */
  add(bytes: number): void;
  /** It is answered, or its client has gone. */
  release(): void;
}

export interface RequestBytesProps {
  /** Of all requests together that are not small. */
  readonly most: number;
  /** A request of so many is always taken, and keeps out none: a large one, whose client is slow, would else keep out all others. How many there are only the connections bound. */
  readonly small: number;
  readonly register: Registry;
}

/** Bytes of the requests for inferences that are not yet answered: of each alone there is a limit, and many are larger than the memory. */
export class RequestBytes {
  private held = 0;
  /** Of it, what belongs to requests that are not small. */
  private large = 0;
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
    let [mine, asLarge] = [0, 0];
    const hold = (bytes: number) => {
      this.held += bytes - mine;
      mine = bytes;
      const large = mine > small ? mine : 0;
      this.large += large - asLarge;
      asLarge = large;
    };
    const release = () => hold(0);
    const { most, small } = this.props;
    const check = (more: number) => {
      const others = this.large - asLarge;
      if (others === 0 || mine + more <= small || others + mine + more <= most) return;
      release();
      this.refused.inc();
      throw new ServiceError(
        429,
        'RESOURCE_EXHAUSTED',
        `large requests of ${most / 2 ** 20} MiB at most are held in memory at once; try again`,
        1,
      );
    };
    check(expected);
    const add = (bytes: number) => {
      check(bytes);
      hold(mine + bytes);
    };
    return { add, release };
  }
}
