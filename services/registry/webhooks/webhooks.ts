import type { Config } from '../../kit/config';
import { ProgramError } from '../../kit/errors';
import type { registryContract } from '../contract';
import type { Sending } from './routes';
import { Seal } from './seal';
import { Sender } from './sender';

/** What the configuration says about webhooks; `undefined`: none are sent. */
export function sendingOf(config: Config<typeof registryContract>['webhooks']): Sending | undefined {
  const { targets, caCertificate, encryptionKey } = config;
  if (targets === 'off') return undefined;
  if (encryptionKey === undefined)
    throw new ProgramError(
      'WEBHOOKS_TARGETS is set, but there is no key for the secrets of webhooks; mount a file with 32 random characters or more, and name it in WEBHOOKS_ENCRYPTION_KEY_FILE',
    );
  const seal = new Seal(encryptionKey);
  seal.check();
  return { seal, sender: new Sender({ seal, targets, caCertificate }), targets };
}
