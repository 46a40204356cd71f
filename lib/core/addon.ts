import type { Construct } from 'constructs';

/** How a company adds something of its own to what the library makes, without a change of either. */
export interface IAddon<Host> {
  /**
   * Makes its constructs in `scope`, using what the host offers.
   * @throws PlatformError with what cannot work; it is reported with all other problems
   */
  bind(scope: Construct, host: Host): void;
}
