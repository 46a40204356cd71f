import { invalid } from './errors';

const camelCase = /^[a-z][a-z0-9]*[A-Z]/;
const capital = /[A-Z]/g;

/** No message of the protocol is as deep. Whatever lies deeper is an unknown field, and no reason to run out of stack. */
const deepest = 10;

/**
 * Protobuf's JSON knows a field by two names, `run_id` and `runId`: changes a body so that it has the first. Both at once are
 * refused, as MLflow does: who checks one of them must see what the handler acts on.
 */
export function useFieldNames(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > deepest) return;
  if (Array.isArray(value)) {
    for (const item of value) useFieldNames(item, depth + 1);
    return;
  }
  const message = value as Record<string, unknown>;
  for (const spelled of Object.keys(message)) {
    useFieldNames(message[spelled], depth + 1);
    if (!camelCase.test(spelled)) continue;
    const name = spelled.replace(capital, (letter) => `_${letter.toLowerCase()}`);
    if (Object.hasOwn(message, name))
      throw invalid(`Request specifies both '${name}' and '${spelled}'; provide only one of them.`);
    message[name] = message[spelled];
  }
}
