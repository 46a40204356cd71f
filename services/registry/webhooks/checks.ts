import { lookup } from 'node:dns/promises';
import { invalid } from '../protocol/errors';
import { checkLiteral, isPublic, PrivateAddressError } from './addresses';
import type { SenderProps } from './sender';

const nameForm = /^[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?$/i;

export function checkName(name: string): string {
  if (!nameForm.test(name))
    throw invalid(
      `Webhook name '${name}' is invalid. It must start and end with a letter or digit, be less than 63 characters long, ` +
        'and contain only letters, digits, dots (.), underscores (_), and hyphens (-).',
    );
  return name;
}

/** Whether something may be sent there. What is sent later is checked again, when the connection is made. */
export async function checkUrl(text: string, targets: SenderProps['targets']): Promise<string> {
  if (!URL.canParse(text)) throw invalid(`Invalid webhook URL '${text}'`);
  const { protocol, hostname, username, password } = new URL(text);
  const schemes = targets === 'public' ? ['https'] : ['https', 'http'];
  const scheme = protocol.slice(0, -1);
  if (!schemes.includes(scheme))
    throw invalid(`Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: ${schemes.join(', ')}.`);
  if (username !== '' || password !== '')
    throw invalid('Webhook URL must not hold a password: everybody who may list webhooks would read it');
  if (targets === 'public') await checkPublic(hostname);
  return text;
}

async function checkPublic(hostname: string): Promise<void> {
  try {
    checkLiteral(hostname);
    for (const { address } of await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }))
      if (!isPublic(address)) throw new PrivateAddressError(hostname, address);
  } catch (error) {
    if (error instanceof PrivateAddressError)
      throw invalid(`Webhook URL must not resolve to a non-public IP address. ${error.message}.`);
    throw invalid(`Cannot resolve Webhook URL hostname '${hostname}': ${(error as NodeJS.ErrnoException).code}`);
  }
}
