import { type AcceleratorName, catalogue } from '../accelerators/catalogue';
import { devicesOf } from '../accelerators/device';
import type { Problem } from '../core/errors';
import type { ExistingPool } from '../core/existing-pool';
import type { INodePool, Toleration } from '../core/node-pool';
import { mebibytes } from '../core/units';
import type { ClusterFacts, NodeFacts } from './cluster-facts';
import { existingPool } from './existing-pools';

type NamedNode = readonly [name: string, node: NodeFacts];

/**
 * What a pool says that the nodes do not keep.
 * @param source the facts file, as it stands in errors
 */
export function poolFactsProblems(source: string, facts: ClusterFacts, name: string, pool: ExistingPool): Problem[] {
  const seen = existingPool(name, pool);
  const nodes = Object.entries(facts.nodes);
  const found = nodes.filter(([, node]) => selected(seen, node) && tolerated(seen.tolerations, node));
  if (found.length < pool.nodes) return [tooFew(source, name, pool, seen, nodes, found)];
  const shortages = found.map((node) => [node, shortage(pool, seen, node)] as const);
  const fit = shortages.filter(([, problem]) => problem === undefined);
  if (fit.length >= pool.nodes) return [];
  const short = shortages.flatMap(([[node], problem]) => (problem === undefined ? [] : [`${node}: ${problem}`]));
  return [
    {
      what: `pool '${name}' promises more than the nodes in '${source}' have: ${pool.nodes} × ${promised(pool, seen)}`,
      got: list(short),
      do: `correct what the pool says of one node, narrow its nodeSelector, or ${fit.length === 0 ? 'leave it out' : `set its nodes to ${fit.length}`}`,
    },
  ];
}

/** A class that is not there. */
export function storageClassProblems(source: string, { storageClasses }: ClusterFacts, name: string): Problem[] {
  if (name in storageClasses) return [];
  const advice = 'make it and run mlops nodes again';
  return [{ what: `'${source}' has no storage class '${name}'`, ...otherClass(storageClasses, advice) }];
}

/** No default class, where something asks for a volume and nobody names one. */
export function defaultClassProblems(source: string, { storageClasses }: ClusterFacts): Problem[] {
  if (Object.values(storageClasses).some((one) => one.default)) return [];
  const what = `'${source}' has no default storage class, and storageClass names none`;
  return [{ what, ...otherClass(storageClasses, 'make one the default and run mlops nodes again') }];
}

function otherClass(storageClasses: ClusterFacts['storageClasses'], advice: string): Pick<Problem, 'got' | 'do'> {
  const got = Object.keys(storageClasses)
    .map((known) => `'${known}'`)
    .join(', ');
  return got ? { got, do: `name one of these in storageClass, or ${advice}` } : { got: 'none at all', do: advice };
}

const selected = ({ nodeSelector }: INodePool, { labels }: NodeFacts) =>
  Object.entries(nodeSelector).every(([key, value]) => labels[key] === value);

/** Whether pods of the pool may start there. */
const tolerated = (tolerations: readonly Toleration[], { taints }: NodeFacts) =>
  taints
    .filter(({ effect }) => effect !== 'PreferNoSchedule')
    .every((taint) =>
      tolerations.some(
        ({ key, operator, value, effect }) =>
          key === taint.key &&
          (operator === 'Exists' || (value ?? '') === (taint.value ?? '')) &&
          (effect === undefined || effect === taint.effect),
      ),
    );

/** What one node lacks; undefined when it keeps what the pool says. */
function shortage(pool: ExistingPool, seen: INodePool, [, node]: NamedNode): string | undefined {
  const lacks: string[] = [];
  if (node.cpu < pool.cpu) lacks.push(`${node.cpu} cores`);
  if (node.memoryMiB < mebibytes(pool.memory)) lacks.push(`${node.memoryMiB} MiB`);
  if (pool.accelerator !== undefined && seen.device) {
    const { resourceName } = seen.device;
    const devices = node.devices[resourceName] ?? 0;
    if (devices < devicesOf(pool, pool.count ?? 1)) lacks.push(`${devices} × ${resourceName}`);
    if (node.gpu && !isProduct(pool.accelerator, node.gpu.product)) lacks.push(node.gpu.product);
  }
  return lacks.length > 0 ? lacks.join(', ') : undefined;
}

function promised(pool: ExistingPool, { device }: INodePool): string {
  const compute = `${pool.cpu} cores, ${mebibytes(pool.memory)} MiB`;
  if (pool.accelerator === undefined || !device) return compute;
  return `${compute}, ${devicesOf(pool, pool.count ?? 1)} × ${device.resourceName} (${pool.accelerator})`;
}

function tooFew(
  source: string,
  name: string,
  pool: ExistingPool,
  { nodeSelector, tolerations }: INodePool,
  nodes: readonly NamedNode[],
  found: readonly NamedNode[],
): Problem {
  const selector = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
  const tainted = nodes.filter(
    (node) => selected({ nodeSelector } as INodePool, node[1]) && !tolerated(tolerations, node[1]),
  );
  const kept = tainted.map(([node, { taints }]) => `${node}: ${taints.map(({ key }) => key).join(', ')}`);
  const because = kept.length > 0 ? ` (taints keep it off ${list(kept)})` : '';
  const { accelerator } = pool;
  const other = nodes.filter(
    ([node, { gpu }]) =>
      accelerator && gpu && isProduct(accelerator, gpu.product) && !found.some(([one]) => one === node),
  );
  const hint =
    other.length > 0 && tainted.length === 0
      ? `; ${accelerator} is on ${list(other.map(([node, { gpu }]) => `${node} (nvidia.com/gpu.product=${gpu?.product})`))}`
      : '';
  return {
    what: `pool '${name}' says ${pool.nodes} ${pool.nodes === 1 ? 'node' : 'nodes'}, but '${source}' has fewer with ${selector.join(', ')}`,
    got: `${found.length === 0 ? 'none' : list(found.map(([node]) => node))}${because}`,
    do: `correct nodes, nodeSelector or tolerations of the pool${hint}`,
  };
}

/** Feature discovery adds `-SHARED` under time-slicing, `-MIG-…` where every card is cut alike. */
const isProduct = (accelerator: AcceleratorName, product: string) =>
  catalogue[accelerator].products.some(
    (known) => product === known || /^-(SHARED|MIG-)/.test(product.replace(known, '')),
  );

/** Of many names the first few: a cluster may have hundreds. */
function list(texts: readonly string[]): string {
  const shown = texts.slice(0, 5).join('; ');
  return texts.length > 5 ? `${shown}; and ${texts.length - 5} more` : shown;
}
