/** USD to the cent: `4,745.29`. */
export const usd = (amount: number): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Whole cents, so that what is printed is what is compared. */
export const cents = (amount: number): number => Math.round(amount * 100);
