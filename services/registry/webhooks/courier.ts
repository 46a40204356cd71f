import type { Log } from '../../kit/log';
import type { Check } from '../../kit/readiness';
import { type Sender, sendLimitMs } from './sender';
import type { ClaimedDelivery, DeliveryQueue } from './store';

/** A delivery is ours for so long; who was killed in between has it taken over after that. */
const leaseMs = sendLimitMs + 10_000;
const mostAtOnce = 10;
const idleMs = 1000;
/** Before the second attempt; then twice as long each time. */
const firstRetryMs = 5000;
const longestRetryMs = 3600_000;
/** The last one comes about three hours after the first. */
const mostAttempts = 12;
const keptDeadMs = 30 * 24 * 3600_000;
/** What is under way when the process ends may still be answered. */
const lingerMs = 2000;

export interface CourierProps {
  readonly queue: DeliveryQueue;
  readonly sender: Sender;
  /** Until it passes, nothing is taken from the queue: its table may not be there yet. */
  readonly ready: Check;
  readonly log: Log;
}

/** Brings what is in the queue to its receivers, at least once. Each replica has one. */
export class Courier {
  private readonly underWay = new Set<Promise<void>>();
  private readonly cutting = new AbortController();
  private readonly running: Promise<void>;
  private stopped = false;
  private forgetAt = 0;
  private wake = () => {};

  constructor(private readonly props: CourierProps) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    const cut = setTimeout(() => this.cutting.abort(), lingerMs);
    await this.running;
    await Promise.all(this.underWay);
    clearTimeout(cut);
  }

  private async run(): Promise<void> {
    let problem = '';
    while (!this.stopped) {
      try {
        if (await this.isReady()) await this.take();
        problem = '';
      } catch (error) {
        const { message } = error as Error;
        if (message !== problem) this.props.log.warn({ reason: message }, 'webhooks wait: the queue cannot be read');
        problem = message;
      }
      if (!this.stopped) await this.idle();
    }
  }

  private isReady(): Promise<boolean> {
    return this.props.ready().then(
      () => true,
      () => false,
    );
  }

  private async take(): Promise<void> {
    await this.forgetOld();
    const free = mostAtOnce - this.underWay.size;
    if (free > 0) for (const delivery of await this.props.queue.claim(free, leaseMs)) this.begin(delivery);
  }

  /** A delivery that ends may let the next one of its model go. */
  private idle(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, idleMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private begin(delivery: ClaimedDelivery): void {
    const work = this.deliver(delivery)
      .catch((err) => this.props.log.warn({ err }, 'the outcome of a delivery could not be written, it comes again'))
      .finally(() => {
        this.underWay.delete(work);
        this.wake();
      });
    this.underWay.add(work);
  }

  private async deliver(delivery: ClaimedDelivery): Promise<void> {
    const { queue, log } = this.props;
    const problem = await this.problemOf(delivery);
    if (problem === undefined) return queue.done(delivery);
    const { id, event, attempts, webhook } = delivery;
    const retryMs = attempts < mostAttempts ? retryAfter(attempts) : undefined;
    log.warn(
      { delivery: id, event, webhook: webhook.name, attempts, reason: problem },
      retryMs === undefined ? 'delivery given up' : 'delivery failed, it comes again',
    );
    await queue.failed(delivery, problem, retryMs);
  }

  private async problemOf(delivery: ClaimedDelivery): Promise<string | undefined> {
    try {
      const { status } = await this.props.sender.send(delivery, this.cutting.signal);
      return status >= 200 && status < 300 ? undefined : `the receiver answered with ${status}`;
    } catch (error) {
      return this.cutting.signal.aborted
        ? 'this process ended before the receiver had answered'
        : (error as Error).message;
    }
  }

  private async forgetOld(): Promise<void> {
    if (Date.now() < this.forgetAt) return;
    this.forgetAt = Date.now() + 3600_000;
    await this.props.queue.forget(keptDeadMs);
  }
}

/** Somewhat at random, so that what failed together does not come back together. */
const retryAfter = (attempts: number) =>
  Math.round(Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs) * (0.8 + 0.4 * Math.random()));
