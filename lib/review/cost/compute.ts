import type { ResourceJson } from '../output';
import { type Charges, charge, type Pricer } from './charge';
import { ec2Price } from './ec2-prices';
import { perUnit } from './price';
import { fixed } from './prices';
import { block, blocks, known, type Resource } from './resource';

/** Least share of the on-demand price that spot capacity costs: "up to 90 %" off. Source: Amazon EC2 Spot, second hand. */
const cheapestSpot = 0.1;

/**
 * A control plane. Where its `support_type` is not STANDARD, AWS's own default, a version past its end costs six times as
 * much: that is the ceiling.
 */
export const eksCluster: Pricer = ({ attributes }) => {
  const standard = block(attributes, 'upgrade_policy')?.support_type === 'STANDARD';
  const { cluster, extendedCluster } = fixed;
  const [control, most] = [charge('EKS', cluster, [1, 1]), charge('EKS', extendedCluster, [0, 1])];
  return {
    priced: [standard ? control : { ...control, ceiling: most.ceiling, prices: [cluster, extendedCluster] }],
    byUse: [`volumes that pods claim (gp3: ${perUnit(fixed.gp3)}), and load balancers that charts ask for`],
  };
};

/**
 * Nodes from the fewest of the cheapest type to the most of the dearest. Spot capacity is never dearer than on demand, and
 * at best a tenth of it.
 */
export const nodeGroup: Pricer = (resource) => {
  const { attributes } = resource;
  const scaling = block(attributes, 'scaling_config') ?? {};
  const [min, max] = [known(scaling.min_size), known(scaling.max_size)];
  if (min === undefined || max === undefined) return { unpriced: ['its number of nodes is not known yet'] };
  const types = [attributes.instance_types ?? []].flat() as string[];
  const prices = types.map(ec2Price).filter((price) => price !== undefined);
  const volumes = rootVolumes(resource, [min, max]);
  const byUse = ['nodes that run twice while a pool is replaced or updated'];
  if (types.length === 0 || prices.length < types.length) {
    const missing = types.filter((type) => !ec2Price(type)).map((type) => `EC2 type '${type}' has no price here`);
    return {
      ...volumes,
      unpriced: [...(missing.length > 0 ? missing : ['it names no EC2 type']), ...(volumes.unpriced ?? [])],
    };
  }
  const perHour = prices.map((price) => charge('EC2', price, [1, 1]).ceiling);
  const spot = attributes.capacity_type === 'SPOT' ? cheapestSpot : 1;
  const nodes = {
    what: 'EC2',
    floor: min * spot * Math.min(...perHour),
    ceiling: max * Math.max(...perHour),
    prices,
  };
  return { ...volumes, priced: [nodes, ...(volumes.priced ?? [])], byUse };
};

/** The volumes that a launch template gives each node. */
function rootVolumes({ attributes, named }: Resource, nodes: readonly [number, number]): Charges {
  const template = named('aws_launch_template', block(attributes, 'launch_template')?.id);
  const volumes = blocks(template ?? {}, 'block_device_mappings').map((mapping) => block(mapping, 'ebs') ?? {});
  const sizes = volumes.map(gp3Size);
  const gigabytes = sizes.filter((size) => size !== undefined).reduce((sum, size) => sum + size, 0);
  const unknown = sizes.length === 0 || sizes.includes(undefined);
  return {
    priced: gigabytes > 0 ? [charge('EBS', fixed.gp3, [nodes[0] * gigabytes, nodes[1] * gigabytes])] : [],
    unpriced: unknown ? ['its nodes have volumes other than plain gp3 of a known size'] : [],
  };
}

/** IOPS and throughput above 3,000 and 125 MiB/s cost extra. */
function gp3Size(volume: ResourceJson): number | undefined {
  const plain = volume.volume_type === 'gp3' && volume.iops === undefined && volume.throughput === undefined;
  return plain ? known(volume.volume_size) : undefined;
}
