/**
 * From 1.29 on, onnxruntime sends names of model files and hashes of weights to its makers, unless this is set before its native
 * part is loaded: import this first.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
