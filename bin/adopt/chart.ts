import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';

/**
 * Name of the chart that a release is to be of, as its own file says it: `manifests`, `kueue`.
 * @param chart a name in a repository, a folder seen from that of the stack, or a packed chart
 * @param folder that of the stack
 * @returns undefined when nobody can know it without Terraform
 */
export function chartName(chart: unknown, folder: string): string | undefined {
  if (typeof chart !== 'string' || chart.includes('${')) return undefined;
  const packed = /^(.+)-v?\d+\.\d+\.\d+\S*\.tgz$/.exec(basename(chart))?.[1];
  if (packed !== undefined) return packed;
  const file = resolve(folder, chart, 'Chart.yaml');
  if (!existsSync(file)) return basename(chart);
  return /^name: *["']?([\w.-]+)/m.exec(readFileSync(file, 'utf8'))?.[1];
}
