import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Addresses that do not lead to the open internet (IANA's special-purpose registries, 2026-11). */
const ranges = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/127',
  // these hold an IPv4 address, which could be any
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2002::/16',
  '2001::/23',
  '100::/64',
  '2001:db8::/32',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/9',
  'ff00::/8',
];

const special = new BlockList();
for (const range of ranges) {
  const [network = '', bits] = range.split('/');
  special.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
}

/** An IPv4 address in the clothes of IPv6 counts as what it is. */
export const isPublic = (address: string) => !special.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

export class PrivateAddressError extends Error {
  constructor(host: string, address: string) {
    super(`${host} is at ${address}, which is no public address`);
    this.name = 'PrivateAddressError';
  }
}

/** Refuses a host that is written as an address and is not public: nobody looks such a name up. */
export function checkLiteral(hostname: string): void {
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !isPublic(address)) throw new PrivateAddressError(hostname, address);
}

/**
 * Looks a name up and refuses it when any of its addresses is not public. The connection goes to the addresses that were checked:
 * a name that answers differently the next time gains nothing.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...(options as LookupOptions), all: true }, (error, addresses: LookupAddress[]) => {
    const found = addresses?.find(({ address }) => !isPublic(address));
    if (error) callback(error, '', 0);
    else if (found) callback(new PrivateAddressError(hostname, found.address), '', 0);
    else if (options.all) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4);
  });
};
