/** What one unit of something costs, and where that was read. */
export interface Price {
  /** What is paid for: `EC2 m7i.xlarge`. */
  readonly name: string;
  /** On demand in us-east-1, without tax. */
  readonly usd: number;
  readonly unit: 'hour' | 'month' | 'GB-month' | 'GB' | 'LCU-hour';
  /** Page or data set that says so. */
  readonly source: string;
  /** Day or month of that source: `2026-07-06`, `2026-06`. */
  readonly date: string;
}

/** `0.50 USD per GB`. */
export const perUnit = ({ usd, unit }: Price): string =>
  `${usd.toFixed(2).length < String(usd).length ? usd : usd.toFixed(2)} USD per ${unit}`;

/** Hours of a month, as AWS's own calculator counts them. */
export const hoursPerMonth = 730;

/** The region that all prices are of. */
export const pricedRegion = 'us-east-1';
