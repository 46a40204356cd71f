/** Moves what `Date.now()` says on by so many ms, until the test ends: nobody waits for what only compares times. Timers go as ever. */
export function useClock(): (ms: number) => void {
  const real = Date.now;
  let ahead = 0;
  afterEach(() => {
    ahead = 0;
    Date.now = real;
  });
  return (ms) => {
    ahead += ms;
    Date.now = () => real() + ahead;
  };
}
