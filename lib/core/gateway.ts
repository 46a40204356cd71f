/** Who reaches a gateway over the network: a choice that nobody can make for you, because services ask for no token unless told to. */
export type GatewayAccess =
  /** An address on the internet, for these networks only. */
  | { readonly publicFrom: readonly string[] }
  /** An address inside, for these networks: those behind a VPN or a peering. */
  | { readonly privateFrom: readonly string[] }
  /** An address inside, for whoever is in the platform's own network. */
  | 'private';

/** Who signs a gateway's certificate. */
export type GatewayTls =
  /** A certificate authority of the platform's own: needs nobody outside; clients must be told to trust it. */
  | 'own-ca'
  /** A public one, by the ACME protocol: it looks at port 80 from addresses that nobody knows beforehand. */
  | {
      readonly acme: {
        /** Where the authority writes to before a certificate ends. */
        readonly email: string;
        /**
         * Its directory.
         * @default - Let's Encrypt
         */
        readonly server?: string | undefined;
      };
    };

/** A gateway that the target is to install. */
export interface GatewayNeed {
  readonly access: GatewayAccess;
  /** @default 'own-ca' */
  readonly tls?: GatewayTls | undefined;
  /** DNS names of the services behind it. */
  readonly hostnames: readonly string[];
}
