import { sql } from 'kysely';
import { notFound } from '../protocol/errors';
import { type Page, type Paging, pageOf } from '../protocol/pages';
import type { Db } from '../tables';
import type { NewWebhook, Webhook, WebhookChange, WebhookStatus, WebhookStore } from './store';

interface Row {
  webhook_id: string;
  name: string;
  description: string | null;
  url: string;
  events: string[];
  status: WebhookStatus;
  secret: Buffer | null;
  creation_time: string;
  last_updated_time: string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const noWebhook = (id: string) => notFound(`Webhook with ID ${id} not found.`);

export class PostgresWebhooks implements WebhookStore {
  constructor(private readonly db: Db) {}

  async create({ id, name, description, url, events, status, secret }: NewWebhook): Promise<Webhook> {
    const now = Date.now();
    const { rows } = await sql<Row>`
      insert into webhooks (webhook_id, name, description, url, events, status, secret, creation_time, last_updated_time)
      values (${id}, ${name}, ${description ?? null}, ${url}, ${events}, ${status}, ${secret ?? null}, ${now}, ${now})
      returning *`.execute(this.db);
    return this.only(rows, id);
  }

  async get(id: string): Promise<Webhook> {
    if (!uuid.test(id)) throw noWebhook(id);
    const { rows } = await sql<Row>`select * from webhooks where webhook_id = ${id}`.execute(this.db);
    return this.only(rows, id);
  }

  async list(paging: Paging): Promise<Page<Webhook>> {
    const { rows } = await sql<Row>`
      select * from webhooks order by creation_time desc, webhook_id
      offset ${paging.offset} limit ${paging.limit + 1}`.execute(this.db);
    return pageOf(rows.map(toWebhook), paging);
  }

  async update(id: string, change: WebhookChange): Promise<Webhook> {
    if (!uuid.test(id)) throw noWebhook(id);
    const { name, description, url, events, status, secret } = change;
    const { rows } = await sql<Row>`
      update webhooks set name = coalesce(${name ?? null}, name), description = coalesce(${description ?? null}, description),
        url = coalesce(${url ?? null}, url), events = coalesce(${events ?? null}::text[], events),
        status = coalesce(${status ?? null}, status), secret = coalesce(${secret ?? null}::bytea, secret),
        last_updated_time = ${Date.now()}
      where webhook_id = ${id} returning *`.execute(this.db);
    return this.only(rows, id);
  }

  async delete(id: string): Promise<void> {
    if (!uuid.test(id)) throw noWebhook(id);
    const { rows } = await sql<Row>`delete from webhooks where webhook_id = ${id} returning *`.execute(this.db);
    this.only(rows, id);
  }

  private only([row]: Row[], id: string): Webhook {
    if (row === undefined) throw noWebhook(id);
    return toWebhook(row);
  }
}

const toWebhook = (row: Row): Webhook => ({
  id: row.webhook_id,
  name: row.name,
  description: row.description ?? undefined,
  url: row.url,
  events: row.events,
  status: row.status,
  secret: row.secret ?? undefined,
  creationTime: Number(row.creation_time),
  lastUpdatedTime: Number(row.last_updated_time),
});
