import type { Engine } from '../../../services/model-server/engine/engine';
import { OnnxEngine } from '../../../services/model-server/engine/onnx';
import type { Tensor } from '../../../services/model-server/protocol/tensor';

/** onnxruntime, whose runs wait until they are let go: so a test decides when a model is busy. */
export class HeldEngine implements Engine {
  private readonly onnx = new OnnxEngine({ threads: 1 });
  private held: (() => void)[] = [];
  private isHolding = true;
  readonly platform = this.onnx.platform;
  /** Shape of the first input of each run that has begun. */
  readonly runs: (readonly number[])[] = [];

  async load(file: string) {
    const session = await this.onnx.load(file);
    return {
      inputs: session.inputs,
      outputs: session.outputs,
      close: () => session.close(),
      run: async (inputs: readonly Tensor[], outputs: readonly string[]) => {
        this.runs.push(inputs[0]?.shape ?? []);
        if (this.isHolding) await new Promise<void>((resolve) => this.held.push(resolve));
        return session.run(inputs, outputs);
      },
    };
  }

  /** Lets the runs go that have begun. */
  go(): void {
    const held = this.held;
    this.held = [];
    for (const resolve of held) resolve();
  }

  /** From now on no run waits. */
  letGo(): void {
    this.isHolding = false;
    this.go();
  }
}
