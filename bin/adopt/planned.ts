import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { StackJson } from '../../lib/review/output';
import { capture } from '../process';
import { chartName } from './chart';
import type { Expected } from './expected';

interface Plan {
  readonly resource_changes?: readonly {
    readonly address: string;
    readonly index?: unknown;
    readonly change: { readonly after: Release | null };
  }[];
}
type Release = Readonly<Record<'name' | 'namespace' | 'chart', string>>;

/** Releases that one block makes several of: only Terraform knows their names. Asked for them alone, and when there are any. */
export function plannedReleases(stack: StackJson, folder: string): Expected[] {
  const blocks = Object.entries(stack.resource?.helm_release ?? {}).filter(([, resource]) => 'for_each' in resource);
  if (blocks.length === 0) return [];
  const work = mkdtempSync(join(tmpdir(), 'mlops-adopt-'));
  const terraform = (...args: string[]) =>
    capture({ command: 'terraform', args: [`-chdir=${resolve(folder)}`, ...args] });
  try {
    const file = join(work, 'plan');
    const targets = blocks.map(([id]) => `-target=helm_release.${id}`);
    terraform('plan', '-input=false', '-lock=false', '-refresh=false', ...targets, `-out=${file}`);
    const { resource_changes = [] } = JSON.parse(terraform('show', '-json', file)) as Plan;
    return resource_changes.flatMap(({ address, index, change: { after } }): Expected[] => {
      if (index === undefined || after === null) return [];
      const { name, namespace, chart } = after;
      return [{ address, kind: 'helm_release', name, namespace, labels: {}, chart: chartName(chart, folder) }];
    });
  } finally {
    rmSync(work, { recursive: true });
  }
}
