import type { GatewayTls } from '../core/gateway';
import { gatewayNamespace } from './envoy-gateway';

export interface GatewayCertificateProps {
  /** Of the Gateway, and in the names of what is made. */
  readonly name: string;
  /** Secret that the Gateway reads the certificate from. */
  readonly secretName: string;
  /** DNS names that it is for. */
  readonly hostnames: readonly string[];
  readonly tls: GatewayTls;
}

const group = 'cert-manager.io';
const apiVersion = `${group}/v1`;
const letsEncrypt = 'https://acme-v02.api.letsencrypt.org/directory';
/** Clients from 2015 on know it; RSA keys of the same strength are ten times as long. */
const key = { algorithm: 'ECDSA', size: 256 };

/** Secret with the certificate of a platform's own authority (`ca.crt`), in the Gateway's namespace. */
export const ownCaSecret = (name: string) => `${name}-ca`;

/**
 * The certificate of a Gateway and who issues it, in the Gateway's namespace. Issuers, not ClusterIssuers: nobody in
 * another namespace gets a certificate from them.
 */
export const gatewayCertificate = (props: GatewayCertificateProps) => [
  ...(props.tls === 'own-ca' ? ownCa(props.name) : [acmeIssuer(props.name, props.tls.acme)]),
  certificate(props.secretName, {
    secretName: props.secretName,
    dnsNames: [...props.hostnames],
    privateKey: { ...key, rotationPolicy: 'Always' },
    issuerRef: issuer(props.tls === 'own-ca' ? ownCaSecret(props.name) : `${props.name}-acme`),
  }),
];

const issuer = (name: string) => ({ group, kind: 'Issuer', name });
const metadata = (name: string) => ({ name, namespace: gatewayNamespace });
const certificate = (name: string, spec: object) => ({
  apiVersion,
  kind: 'Certificate',
  metadata: metadata(name),
  spec,
});
const issuerOf = (name: string, spec: object) => ({ apiVersion, kind: 'Issuer', metadata: metadata(name), spec });

function ownCa(name: string) {
  const ca = ownCaSecret(name);
  return [
    issuerOf(`${name}-self-signed`, { selfSigned: {} }),
    certificate(ca, {
      secretName: ca,
      isCA: true,
      commonName: ca,
      duration: '87600h',
      renewBefore: '8760h',
      // its key stays: who trusts the certificate before a renewal trusts what is signed after it, for a year
      privateKey: { ...key, rotationPolicy: 'Never' },
      issuerRef: issuer(`${name}-self-signed`),
    }),
    issuerOf(ca, { ca: { secretName: ca } }),
  ];
}

/** Proves the names by HTTP-01: a route beside the one that sends everything else over to TLS, and more exact than it. */
const acmeIssuer = (name: string, { email, server = letsEncrypt }: { email: string; server?: string | undefined }) =>
  issuerOf(`${name}-acme`, {
    acme: {
      email,
      server,
      privateKeySecretRef: { name: `${name}-acme-account` },
      solvers: [
        {
          http01: {
            gatewayHTTPRoute: {
              serviceType: 'ClusterIP',
              parentRefs: [
                {
                  group: 'gateway.networking.k8s.io',
                  kind: 'Gateway',
                  name,
                  namespace: gatewayNamespace,
                  sectionName: 'http',
                },
              ],
            },
          },
        },
      ],
    },
  });
