/**
 * A refused certificate in words, for whoever shows it. Node 24 adds what to do on a laptop; what to do here is said instead.
 */
export const untrustedCertificate = (message: string) =>
  `shows a certificate that is not trusted: ${message.replace(/; if the root CA is installed locally.*$/, '')}; set the CA certificate`;
