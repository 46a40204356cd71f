import { z } from 'zod';
import type { Http } from '../../kit/http';
import { pagingFields, pagingOf } from '../protocol/pages';
import type { DeliveryQueue, KeptDelivery, WebhookStore } from './store';

/** Our own API: what has not arrived, and why. */
export function addDeliveries(app: Http, webhooks: WebhookStore, queue: DeliveryQueue): void {
  const path = '/api/v1/webhooks/:id/deliveries';
  const params = z.object({ id: z.string() });

  app.get(path, { schema: { params, querystring: z.object(pagingFields) } }, async ({ params, query }) => {
    const { id } = await webhooks.get(params.id);
    const page = await queue.list(id, pagingOf(query, 100, 1000));
    return { deliveries: page.items.map(toJson), next_page_token: page.nextPageToken };
  });

  app.post(`${path}/retry`, { schema: { params } }, async ({ params }) => {
    const { id } = await webhooks.get(params.id);
    return { retried: await queue.revive(id) };
  });
}

const toJson = (delivery: KeptDelivery) => ({
  id: delivery.id,
  event: delivery.event,
  data: delivery.data,
  raised_at: delivery.raisedAt,
  state: delivery.state,
  attempts: delivery.attempts,
  due_at: delivery.dueAt,
  problem: delivery.problem,
});
