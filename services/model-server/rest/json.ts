import { isUtf8 } from 'node:buffer';
import { invalid } from '../protocol/raw';

/**
 * JSON as clients of this protocol write it. Python's writes NaN and Infinity, which JSON does not have; NaN becomes null, as JavaScript
 * would have written it. A whole number that no double holds comes as text, so that no 64-bit integer loses its last digits.
 */
export function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw invalid('the request is not UTF-8');
  const text = bytes.toString('utf8');
  try {
    return longWhole.test(text) ? JSON.parse(exact(text)) : JSON.parse(text);
  } catch (error) {
    try {
      return JSON.parse(exact(text));
    } catch {
      throw invalid(`the request is not JSON: ${(error as Error).message}`);
    }
  }
}

/** Sixteen digits or more: seldom, and then it may be a part of a fraction or of a text. */
const longWhole = /\d{16}/;

/** Texts, which stay as they are; words that are no JSON; numbers. */
const token = /"(?:[^"\\]|\\.)*"|-?(?:NaN|Infinity)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function exact(text: string): string {
  return text.replace(token, (found) => {
    if (found.startsWith('"')) return found;
    if (found.endsWith('NaN')) return 'null';
    if (found.endsWith('Infinity')) return found.replace('Infinity', '1e999');
    return found.length > 15 && /^-?\d+$/.test(found) && !Number.isSafeInteger(Number(found)) ? `"${found}"` : found;
  });
}
