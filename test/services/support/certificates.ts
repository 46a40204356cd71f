import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const opensslSkipped = 'no openssl on the PATH to make certificates with';
export const hasOpenssl = () => spawnSync('openssl', ['version']).status === 0;

export interface Certificates {
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  /** Paths; the certificate is for that name only, not for an address. */
  readonly server: { readonly certificate: string; readonly key: string };
}

/** A certificate authority and a server's certificate, valid for a day. */
export function makeCertificates(folder: string, hostname = 'localhost'): Certificates {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '1', '-subj', '/CN=Test CA', '-keyout', at('ca.key'), '-out', at('ca.crt'));
  openssl('req', ...key, '-subj', `/CN=${hostname}`, '-keyout', at('server.key'), '-out', at('server.csr'));
  writeFileSync(at('names'), `subjectAltName=DNS:${hostname}`);
  const signed = [
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '1',
    '-extfile',
    at('names'),
  ];
  openssl('x509', '-req', '-in', at('server.csr'), ...signed, '-out', at('server.crt'));
  return { ca: readFileSync(at('ca.crt'), 'utf8'), server: { certificate: at('server.crt'), key: at('server.key') } };
}
