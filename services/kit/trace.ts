/**
 * What a `traceparent` header says (W3C Trace Context, 2021-11-23), under the names that OpenTelemetry gives them in logs:
 * the span is the caller's. A header that is not one says nothing: the specification wants it ignored.
 */
export function traceOf(header: string | string[] | undefined): { trace_id: string; span_id: string } | undefined {
  if (typeof header !== 'string') return undefined;
  const [, version, trace_id = none, span_id = none, rest] = traceparent.exec(header) ?? [];
  const isOurs = version === '00' ? rest === undefined : version !== 'ff';
  return isOurs && !allZero.test(trace_id) && !allZero.test(span_id) ? { trace_id, span_id } : undefined;
}

/** A later version may say more after another dash. */
const traceparent = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/;
const allZero = /^0*$/;
const none = '';
