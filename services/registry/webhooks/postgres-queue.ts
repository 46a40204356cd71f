import { sql } from 'kysely';
import { type Page, type Paging, pageOf } from '../protocol/pages';
import type { Db } from '../tables';
import type { ClaimedDelivery, Delivery, DeliveryQueue, KeptDelivery } from './store';

interface Row {
  id: string;
  event: string;
  data: object;
  raised_at: string;
  attempts: number;
}

interface KeptRow extends Row {
  dead: boolean;
  due_at: string;
  problem: string | null;
}

interface ClaimedRow extends Row {
  number: string;
  webhook_id: string;
  name: string;
  url: string;
  secret: Buffer | null;
}

/** The database's clock, in milliseconds since 1970: replicas agree on it. */
const now = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

export class PostgresDeliveries implements DeliveryQueue {
  constructor(private readonly db: Db) {}

  async claim(most: number, leaseMs: number): Promise<ClaimedDelivery[]> {
    const { rows } = await sql<ClaimedRow>`
      with due as (
        select d.number from webhook_deliveries d join webhooks w using (webhook_id)
        where not d.dead and d.due_at <= ${now} and d.leased_until <= ${now} and w.status = 'ACTIVE'
          and not exists (
            select from webhook_deliveries earlier
            where earlier.webhook_id = d.webhook_id and earlier.subject = d.subject and not earlier.dead
              and earlier.number < d.number)
        order by d.due_at, d.number limit ${most} for update of d skip locked)
      update webhook_deliveries d set leased_until = ${now} + ${leaseMs}, attempts = d.attempts + 1
      from due, webhooks w where d.number = due.number and w.webhook_id = d.webhook_id
      returning d.number, d.id, d.event, d.data, d.raised_at, d.attempts, w.webhook_id, w.name, w.url, w.secret
    `.execute(this.db);
    return rows
      .toSorted((a, b) => Number(a.number) - Number(b.number))
      .map(({ webhook_id: id, name, url, secret, ...row }) => ({
        ...toDelivery(row),
        webhook: { id, name, url, secret: secret ?? undefined },
      }));
  }

  // `attempts` says whose lease it is: who was too slow changes nothing that another one has taken since.
  async done({ id, attempts }: Delivery): Promise<void> {
    await sql`delete from webhook_deliveries where id = ${id} and attempts = ${attempts}`.execute(this.db);
  }

  async failed({ id, attempts }: Delivery, problem: string, retryMs: number | undefined): Promise<void> {
    await sql`
      update webhook_deliveries set problem = ${problem}, leased_until = 0, dead = ${retryMs === undefined},
        due_at = ${now} + ${retryMs ?? 0}
      where id = ${id} and attempts = ${attempts}`.execute(this.db);
  }

  async list(webhookId: string, paging: Paging): Promise<Page<KeptDelivery>> {
    const { rows } = await sql<KeptRow>`
      select id, event, data, raised_at, attempts, dead, due_at, problem from webhook_deliveries
      where webhook_id = ${webhookId} order by number offset ${paging.offset} limit ${paging.limit + 1}`.execute(
      this.db,
    );
    const kept = rows.map((row): KeptDelivery => {
      const state = row.dead ? 'dead' : 'waiting';
      return { ...toDelivery(row), state, dueAt: Number(row.due_at), problem: row.problem ?? undefined };
    });
    return pageOf(kept, paging);
  }

  async revive(webhookId: string): Promise<number> {
    const { numAffectedRows } = await sql`
      update webhook_deliveries set dead = false, attempts = 0, due_at = ${now}
      where webhook_id = ${webhookId} and dead`.execute(this.db);
    return Number(numAffectedRows ?? 0);
  }

  async forget(olderThanMs: number): Promise<void> {
    await sql`delete from webhook_deliveries where dead and raised_at < ${now} - ${olderThanMs}`.execute(this.db);
  }
}

const toDelivery = ({ id, event, data, raised_at, attempts }: Row): Delivery => ({
  id,
  event,
  data,
  raisedAt: Number(raised_at),
  attempts,
});
