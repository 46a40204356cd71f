/**
 * cdktf notes of every token where it was made, whatever an app says of `stackTraces`: an eighth of the CPU time of a synth.
 * Without these notes an error about a token does not say where it was made. The path is cdktf's own business: where it
 * is another one, nothing is gained and nothing is lost. Holds for the process.
 */
export function noteNoTokenTraces(): void {
  try {
    const traces = require('cdktf/lib/tokens/private/stack-trace') as { captureStackTrace: () => string[] };
    traces.captureStackTrace = () => [];
  } catch {
    // another layout of cdktf
  }
}
