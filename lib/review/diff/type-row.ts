/** What a type of resource does when something of it changes. */
export interface TypeRow {
  /**
   * Attributes whose change makes a new one, as paths; with `?` behind it, only when it appears or goes, with `+` unless
   * entries are only added.
   */
  readonly replaces: readonly string[];
  /**
   * Why a new one costs nothing.
   * @default - it does: it is away, or another, for a while
   */
  readonly harmless?: string;
  /**
   * The attribute by which AWS gives each one a name of its own, so that the new one can be made before the old one goes.
   * @default - it has none, or its name is fixed
   */
  readonly prefix?: string;
  /**
   * Attributes that change in place, but by which others know it: later stacks, clients.
   * @default - none
   */
  readonly knownBy?: readonly string[];
  /**
   * Sizes that nobody can lower: AWS refuses it, or the provider ignores it.
   * @default - none
   */
  readonly onlyGrows?: readonly string[];
}

/** The path without its mark. */
export const unmarked = (path: string) => path.replace(/[?+]$/, '');
