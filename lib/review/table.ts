/** Columns padded to their widest cell, except the last; a line of dashes below the head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length), cell.length),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
  return [
    line(head),
    widths
      .map((width, column) => '-'.repeat(column === head.length - 1 ? (head[column] ?? '').length : width))
      .join('  '),
    ...rows.map(line),
  ].join('\n');
}
