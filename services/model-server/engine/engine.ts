import type { Tensor, TensorSpec } from '../protocol/tensor';

/** A model in memory. */
export interface Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /**
   * Runs once. The inputs fit `inputs`, each there once: who calls has checked it.
   * @param outputs names of the outputs that are wanted, in that order
   */
  run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<Tensor[]>;
  /** Gives its memory back. Nothing may be running any more. */
  close(): Promise<void>;
}

/** Loads model files of one format and runs them. */
export interface Engine {
  /** As the protocol's model metadata name it: `onnxruntime_onnx`. */
  readonly platform: string;
  /** @throws Error in words when the file is no model of this format, or one that cannot be run here */
  load(file: string): Promise<Session>;
}
