import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Http } from '../../kit/http';
import { invalid } from '../protocol/errors';
import { pagingFields, pagingOf } from '../protocol/pages';
import { enumeration, list, optional, required, text } from '../protocol/values';
import { checkName, checkUrl } from './checks';
import { eventField, eventOf, eventToJson, exampleOf } from './events';
import type { Seal } from './seal';
import type { Sender, SenderProps } from './sender';
import type { Webhook, WebhookStore } from './store';

/** What is needed to send something. */
export interface Sending {
  readonly seal: Seal;
  readonly sender: Sender;
  readonly targets: SenderProps['targets'];
}

const params = z.object({ webhook_id: z.string() });
const status = optional(enumeration(['ACTIVE', 'DISABLED']));

/** `sending` is `undefined` where nothing may be sent. */
export function addWebhooks(routes: Http, store: WebhookStore, sending: Sending | undefined): void {
  const allowed = (): Sending => {
    if (sending === undefined)
      throw invalid(
        'This registry sends no webhooks: set WEBHOOKS_TARGETS (webhooks in the construct) to turn them on',
      );
    return sending;
  };

  const fields = { description: text(), secret: text(), events: list(eventField), status };
  const newWebhook = z.object({ ...fields, name: required(), url: required() });
  routes.post('/webhooks', { schema: { body: newWebhook } }, async ({ body }) => {
    const { seal, targets } = allowed();
    const id = randomUUID();
    const events = eventsOf(body.events);
    if (events.length === 0) throw invalid('Webhook events must be a non-empty list of WebhookEvent objects: [].');
    const webhook = {
      id,
      name: checkName(body.name),
      url: await checkUrl(body.url, targets),
      events,
      description: body.description || undefined,
      secret: body.secret ? seal.close(body.secret, id) : undefined,
      status: body.status ?? 'ACTIVE',
    };
    return { webhook: toJson(await store.create(webhook)) };
  });

  routes.get('/webhooks', { schema: { querystring: z.object(pagingFields) } }, async ({ query }) => {
    const { max_results, page_token } = query;
    if (max_results !== undefined && (max_results < 0 || max_results > 1000))
      throw invalid('max_results must be between 1 and 1000.');
    const page = await store.list(pagingOf({ max_results: max_results || 100, page_token }));
    return { webhooks: page.items.map(toJson), next_page_token: page.nextPageToken };
  });

  routes.get('/webhooks/:webhook_id', { schema: { params } }, async ({ params: { webhook_id } }) => ({
    webhook: toJson(await store.get(webhook_id)),
  }));

  const change = z.object({ ...fields, name: text(), url: text() });
  routes.patch('/webhooks/:webhook_id', { schema: { params, body: change } }, async ({ params, body }) => {
    const { seal, targets } = allowed();
    const { id } = await store.get(params.webhook_id);
    const webhook = await store.update(id, {
      name: body.name ? checkName(body.name) : undefined,
      url: body.url ? await checkUrl(body.url, targets) : undefined,
      events: body.events.length > 0 ? eventsOf(body.events) : undefined,
      description: body.description,
      secret: body.secret === undefined ? undefined : seal.close(body.secret, id),
      status: body.status,
    });
    return { webhook: toJson(webhook) };
  });

  routes.delete('/webhooks/:webhook_id', { schema: { params } }, async ({ params: { webhook_id } }) => {
    await store.delete(webhook_id);
    return {};
  });

  const trial = z.object({ event: optional(eventField) }).nullish();
  routes.post('/webhooks/:webhook_id/test', { schema: { params, body: trial } }, async ({ params, body }) => {
    const { sender } = allowed();
    const webhook = await store.get(params.webhook_id);
    const event = body?.event ? eventOf(body.event) : (webhook.events[0] ?? '');
    const delivery = { id: randomUUID(), event, data: exampleOf(event), raisedAt: Date.now(), webhook };
    try {
      const answer = await sender.send(delivery);
      return { result: { success: answer.status < 400, response_status: answer.status, response_body: answer.body } };
    } catch (error) {
      return { result: { success: false, error_message: `Failed to test webhook: ${(error as Error).message}` } };
    }
  });
}

const eventsOf = (events: z.output<typeof eventField>[]) => [...new Set(events.map(eventOf))];

/** Without its secret: nobody can read it again. */
const toJson = (webhook: Webhook) => ({
  webhook_id: webhook.id,
  name: webhook.name,
  description: webhook.description || undefined,
  url: webhook.url,
  events: webhook.events.map(eventToJson),
  status: webhook.status,
  creation_timestamp: webhook.creationTime,
  last_updated_timestamp: webhook.lastUpdatedTime,
});
