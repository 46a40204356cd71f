import { z } from 'zod';
import { PlatformError, type Problem } from '../core/errors';
import { readJson } from '../core/json-file';

const count = z.int().min(0);

const nodeSchema = z.strictObject({
  labels: z.record(z.string(), z.string()),
  /** What keeps pods off; conditions that come and go are left out. */
  taints: z.array(z.strictObject({ key: z.string(), value: z.string().optional(), effect: z.string() })),
  /** Cores that pods may use together. */
  cpu: z.number().min(0),
  /** Memory in MiB that pods may use together. */
  memoryMiB: count,
  /** Extended resources that pods may use: `nvidia.com/gpu`, `nvidia.com/mig-1g.6gb`. */
  devices: z.record(z.string(), count),
  /** As NVIDIA's feature discovery labels the node; left out where there is none. */
  gpu: z.strictObject({ product: z.string(), memoryMiB: count.optional(), count: count.optional() }).optional(),
});

/** What synth can know of a cluster without a connection: written by `mlops nodes`, kept with the code. */
export const clusterFactsSchema = z.strictObject({
  /** Day on which it was written, in UTC. */
  date: z.iso.date(),
  /** Of the API server: `v1.34.4`. */
  version: z.string(),
  /** By name. */
  nodes: z.record(z.string(), nodeSchema),
  /** Definitions of custom resources by name (`clusterqueues.kueue.x-k8s.io`), with the versions that are served. */
  definitions: z.record(
    z.string(),
    z.strictObject({ group: z.string(), kind: z.string(), versions: z.array(z.string()) }),
  ),
  /** By name. */
  storageClasses: z.record(
    z.string(),
    z.strictObject({ provisioner: z.string(), default: z.boolean(), expandable: z.boolean() }),
  ),
});

export type ClusterFacts = z.infer<typeof clusterFactsSchema>;
export type NodeFacts = ClusterFacts['nodes'][string];

/** From then on a note asks for new ones. */
const staleAfterDays = 30;

/**
 * Reads what `mlops nodes` wrote.
 * @param path absolute, or relative to where synth runs
 * @throws PlatformError when the file is missing, is not JSON, or holds something else
 */
export function readClusterFacts(path: string): ClusterFacts {
  const again = `run 'mlops nodes > ${path}' with a connection to the cluster`;
  const name = 'facts file';
  const json = readJson({ path, name, missing: again, broken: again });
  const result = clusterFactsSchema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue): Problem => ({
      what: `${name} '${path}' is wrong at ${issue.path.join('.') || 'its top level'}`,
      got: issue.message,
      do: again,
    }),
  );
  throw new PlatformError(...problems);
}

/** `'cluster.json of 2026-08-01 is 114 days old: …'`; undefined while they are young. */
export function staleness(path: string, { date }: ClusterFacts, now = new Date()): string | undefined {
  const days = Math.floor((now.getTime() - Date.parse(date)) / 86_400_000);
  if (days <= staleAfterDays) return undefined;
  return `facts file '${path}' of ${date} is ${days} days old: run 'mlops nodes > ${path}' again`;
}
