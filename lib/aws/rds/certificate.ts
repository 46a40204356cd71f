import { X509Certificate } from 'node:crypto';
import type { Problem } from '../../core/errors';
import type { Region } from '../regions';

/** The authority that signs the instance's certificate, valid until 2061; pinned, because clients trust it by name. */
export const certificateAuthority = 'rds-ca-rsa2048-g1';

/** The longest environment variable that Linux starts a process with (MAX_ARG_STRLEN). */
const longestVariable = 128 * 1024;

const bundleUrl = (region: Region) => `https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem`;

/**
 * Problems of the certificates that services check RDS with. RDS's authorities are its own: no runtime trusts them, so
 * without this text `verify-full` refuses every connection, and anything less trusts whoever answers.
 */
export function certificateProblems(pem: string | undefined, region: Region): Problem[] {
  const hint = `give the text of ${bundleUrl(region)}`;
  if (pem === undefined) {
    return [{ what: 'clients cannot check the certificate of RDS', got: 'no caCertificate', do: hint }];
  }
  if (pem.length >= longestVariable) {
    const got = `${Math.ceil(pem.length / 1024)} KiB`;
    return [{ what: 'caCertificate does not fit into an environment variable (128 KiB)', got, do: hint }];
  }
  const subjects = subjectsOf(pem);
  if (subjects === undefined) {
    return [{ what: 'caCertificate is not a list of PEM certificates', got: `'${pem.slice(0, 30)}'`, do: hint }];
  }
  const wanted = `Amazon RDS ${region} Root CA RSA2048 G1`;
  if (subjects.some((subject) => subject.includes(`CN=${wanted}`))) return [];
  const got = subjects.map((subject) => /CN=(.*)/.exec(subject)?.[1] ?? subject).join(', ');
  return [{ what: `caCertificate has no '${wanted}', which signs the server's`, got, do: hint }];
}

function subjectsOf(pem: string): string[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  try {
    return blocks?.map((block) => new X509Certificate(block).subject);
  } catch {
    return undefined;
  }
}
