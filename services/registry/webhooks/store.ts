import type { Page, Paging } from '../protocol/pages';

export type WebhookStatus = 'ACTIVE' | 'DISABLED';

/** Where events are sent. Times are milliseconds since 1970. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly url: string;
  /** `model_version.created` and so on. */
  readonly events: readonly string[];
  readonly status: WebhookStatus;
  /** Sealed; see `Seal`. */
  readonly secret: Buffer | undefined;
  readonly creationTime: number;
  readonly lastUpdatedTime: number;
}

export type NewWebhook = Omit<Webhook, 'creationTime' | 'lastUpdatedTime'>;
/** What is `undefined` stays. */
export type WebhookChange = { readonly [K in keyof Omit<NewWebhook, 'id'>]: NewWebhook[K] | undefined };

/** Errors are MLflow's: a webhook that is not there. */
export interface WebhookStore {
  create(webhook: NewWebhook): Promise<Webhook>;
  get(id: string): Promise<Webhook>;
  /** Newest first. */
  list(paging: Paging): Promise<Page<Webhook>>;
  update(id: string, change: WebhookChange): Promise<Webhook>;
  /** With all that waits to be sent to it. */
  delete(id: string): Promise<void>;
}

/** One event on its way to one webhook. */
export interface Delivery {
  /** The same in each attempt, so that a receiver knows what it has seen. */
  readonly id: string;
  readonly event: string;
  readonly data: object;
  readonly raisedAt: number;
  /** How often it was tried, with the one under way. */
  readonly attempts: number;
}

export interface ClaimedDelivery extends Delivery {
  readonly webhook: Pick<Webhook, 'id' | 'name' | 'url' | 'secret'>;
}

export interface KeptDelivery extends Delivery {
  /** `dead`: nobody tries again by themselves. */
  readonly state: 'waiting' | 'dead';
  /** When it is tried next. */
  readonly dueAt: number;
  /** Why the last attempt failed. */
  readonly problem: string | undefined;
}

/** What waits to be sent. It is in the database: it outlives the process that would have sent it. */
export interface DeliveryQueue {
  /**
   * Takes deliveries that are due, each for `leaseMs`: until then nobody else gets them. Of one webhook and one model the oldest
   * only, so that they arrive in order.
   */
  claim(most: number, leaseMs: number): Promise<ClaimedDelivery[]>;
  /** It has arrived. */
  done(delivery: Delivery): Promise<void>;
  /** It has not. `retryMs` is when to try again, from now; without it the delivery is dead. */
  failed(delivery: Delivery, problem: string, retryMs: number | undefined): Promise<void>;
  /** Oldest first. */
  list(webhookId: string, paging: Paging): Promise<Page<KeptDelivery>>;
  /** Tries the dead ones again; returns how many. */
  revive(webhookId: string): Promise<number>;
  /** Forgets dead ones that are older. */
  forget(olderThanMs: number): Promise<void>;
}
