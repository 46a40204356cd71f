import { z } from 'zod';
import { label } from './label';

const networks = z.array(z.cidrv4()).min(1);

/** The way in for requests from outside: none, somebody's Gateway, or one that the target makes. */
export const gatewaySchema = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('off') }),
  z.strictObject({
    mode: z.literal('existing'),
    /** Name and namespace of the Gateway that takes our routes. */
    name: label,
    namespace: label,
    /** Where its proxies run, when that is another namespace: `envoy-gateway-system` with Envoy Gateway. */
    podNamespace: label.optional(),
  }),
  z.strictObject({
    mode: z.literal('install'),
    /** Who reaches it over the network. */
    access: z
      .literal('private')
      .or(z.strictObject({ publicFrom: networks }))
      .or(z.strictObject({ privateFrom: networks })),
    /** Who signs its certificate. */
    tls: z
      .literal('own-ca')
      .or(
        z.strictObject({
          acme: z.strictObject({ email: z.email(), server: z.url({ protocol: /^https$/ }).optional() }),
        }),
      )
      .optional(),
  }),
]);
