import { createHmac } from 'node:crypto';
import { request as requestOverHttp } from 'node:http';
import { request as requestOverHttps } from 'node:https';
import { checkLiteral, publicLookup } from './addresses';
import type { Seal } from './seal';
import type { ClaimedDelivery } from './store';

/** How long a receiver may take to answer. */
export const sendLimitMs = 10_000;

/** Characters that are kept of an answer. */
const keptOfAnswer = 1000;

export interface SenderProps {
  readonly seal: Seal;
  /** `public`: https to public addresses only; `any`: also http, and addresses inside of networks. */
  readonly targets: 'public' | 'any';
  /** @default - Node's own authorities */
  readonly caCertificate?: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** Its beginning. */
  readonly body: string;
}

/** Sends one event over HTTP in MLflow's form, signed with the webhook's secret. */
export class Sender {
  constructor(private readonly props: SenderProps) {}

  /** @throws Error that says in words why there is no answer */
  async send(
    { id, event, data, raisedAt, webhook }: Omit<ClaimedDelivery, 'attempts'>,
    signal?: AbortSignal,
  ): Promise<Answer> {
    const [entity, action] = event.split('.');
    const body = JSON.stringify({ entity, action, timestamp: new Date(raisedAt).toISOString(), data });
    const timestamp = String(Math.floor(Date.now() / 1000));
    return this.post(new URL(webhook.url), body, signal, {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'x-mlflow-delivery-id': id,
      'x-mlflow-timestamp': timestamp,
      ...this.signature(webhook, `${id}.${timestamp}.${body}`),
    });
  }

  private signature({ id, secret }: ClaimedDelivery['webhook'], content: string): Record<string, string> {
    if (secret === undefined) return {};
    const key = this.props.seal.open(secret, id);
    if (key === undefined)
      throw new Error('its secret was sealed with a key that is not there any more; set the secret again');
    return { 'x-mlflow-signature': `v1,${createHmac('sha256', key).update(content).digest('base64')}` };
  }

  private post(
    url: URL,
    body: string,
    signal: AbortSignal | undefined,
    headers: Record<string, string>,
  ): Promise<Answer> {
    const { targets, caCertificate: ca } = this.props;
    const secure = url.protocol === 'https:';
    if (targets === 'public') {
      if (!secure) throw new Error(`${url.protocol}// is not allowed, only https`);
      checkLiteral(url.hostname);
    }
    const limit = AbortSignal.timeout(sendLimitMs);
    const request = (secure ? requestOverHttps : requestOverHttp)(url, {
      method: 'POST',
      headers,
      agent: false,
      signal: signal ? AbortSignal.any([limit, signal]) : limit,
      ...(targets === 'public' && { lookup: publicLookup }),
      ...(ca !== undefined && { ca }),
    });
    return new Promise((resolve, reject) => {
      request.on('response', (response) => {
        const answered = (text: string) => resolve({ status: response.statusCode ?? 0, body: text });
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
          if (text.length < keptOfAnswer) return;
          answered(text.slice(0, keptOfAnswer));
          request.destroy();
        });
        response.on('end', () => answered(text)).on('error', () => answered(text));
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (limit.aborted) reject(new Error(`no answer within ${sendLimitMs / 1000} s`));
        else reject(new Error(error.message || error.code || error.name));
      });
      request.end(body);
    });
  }
}
