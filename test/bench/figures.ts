/** The upper one of two in the middle; NaN of none. */
export const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** To three digits. */
export const round = (value: number) => Number(value.toPrecision(3));
