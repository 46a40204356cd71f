import { literals } from './literal';

/**
 * Values of a release. JSON is YAML too: indented, a plan shows it line by line, and writing it needs no library, whose
 * loading alone would be a twentieth of a synth.
 */
export const helmValues = (values: Readonly<Record<string, unknown>>): string[] => [
  JSON.stringify(literals(values), null, 2),
];
