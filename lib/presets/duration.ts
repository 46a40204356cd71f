import { z } from 'zod';

const longUnits = [' second', ' seconds', ' minute', ' minutes', ' hour', ' hours'] as const;
export const duration = z.templateLiteral([z.number().positive(), z.enum(longUnits)]);
export const shortDuration = z.templateLiteral([
  z.number().positive(),
  z.enum([' millisecond', ' milliseconds', ...longUnits]),
]);
