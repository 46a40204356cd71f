/** A version that can never serve as it is: it is refused, and not tried again until the alias moves or a load is asked. */
export class BadVersionError extends Error {
  override readonly name = 'BadVersionError';
}

/** Something outside of the version failed, and may not fail the next time: the registry, the network, the disk. */
export class PassingError extends Error {
  override readonly name = 'PassingError';
}
