// cdktf notes of each token where it was made, and under jest each line of that is mapped to its source: half of every synth.
jest.mock('cdktf/lib/tokens/private/stack-trace', () => ({ captureStackTrace: () => [] }));
