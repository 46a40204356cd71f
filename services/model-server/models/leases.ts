import type { Lease, LoadedModel } from './repository';

/** A loaded model and those who use it: its memory is given back once, when it is retired and nobody uses it any more. */
export class LeasedModel {
  private uses = 0;
  private closing: Promise<void> | undefined;
  private ended = () => {};

  constructor(readonly model: LoadedModel) {}

  acquire(): Lease {
    this.uses++;
    let held = true;
    return {
      model: this.model,
      release: () => {
        if (!held) return;
        held = false;
        if (--this.uses === 0) this.ended();
      },
    };
  }

  /** Nobody acquires it any more. Resolves when its memory is given back: after the last request that uses it. */
  retire(): Promise<void> {
    this.closing ??= this.lastRelease().then(() => this.model.session.close());
    return this.closing;
  }

  private async lastRelease(): Promise<void> {
    if (this.uses === 0) return;
    await new Promise<void>((resolve) => {
      this.ended = resolve;
    });
  }
}
