import { z } from 'zod';

/** Part of a DNS name, as Kubernetes names objects. */
export const label = z
  .string()
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/, 'expected lower-case letters, digits and dashes, starting with a letter');
