import type { Problem } from './errors';

/** Every address, where nobody said which. */
export const anywhere = ['0.0.0.0/0', '::/0'];

/** Problems of the base URL of a server that somebody else runs. */
export const endpointProblems = (what: string, url: string): Problem[] =>
  parsed(url)
    ? []
    : [
        {
          what: `${what} is not an address over http or https`,
          got: `'${url}'`,
          do: "write it with its scheme, as 'https://s3.example.com'",
        },
      ];

/** The port that packets to a base URL go to. */
export function portOf(url: string): number {
  const { port = '', protocol = 'https:' } = parsed(url) ?? {};
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

function parsed(url: string): URL | undefined {
  const found = URL.canParse(url) ? new URL(url) : undefined;
  return found && /^https?:$/.test(found.protocol) ? found : undefined;
}
