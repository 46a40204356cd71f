import { always, type Pricer } from './charge';
import { perUnit } from './price';
import { byUse, fixed } from './prices';
import { blocks } from './resource';

/** A network costs nothing; what leaves it does, and what crosses its zones. */
export const vpc: Pricer = () => ({
  byUse: [`traffic to the internet (${perUnit(byUse.internet)}), and between zones`],
});

export const natGateway: Pricer = () => ({
  priced: [always('NAT gateways', fixed.nat)],
  byUse: [`traffic through NAT gateways (${perUnit(byUse.nat)})`],
});

/** Paid for whether it is used or not. */
export const elasticAddress: Pricer = () => ({ priced: [always('Public IPv4', fixed.publicAddress)] });

/** Facing the internet, it has a public address in each of its subnets; those that are Elastic IPs count as such. */
export const loadBalancer: Pricer = ({ attributes }) => {
  const { load_balancer_type: type = 'application', internal, subnets } = attributes;
  if (type !== 'network' && type !== 'application') return { unpriced: [`load balancers of type '${type}'`] };
  const mapped = blocks(attributes, 'subnet_mapping').filter(({ allocation_id: elastic }) => elastic === undefined);
  const addresses = internal === true ? 0 : mapped.length + (Array.isArray(subnets) ? subnets.length : 0);
  return {
    priced: [
      always('Load balancers', fixed.loadBalancer),
      ...(addresses > 0 ? [always('Public IPv4', fixed.publicAddress, addresses)] : []),
    ],
    unpriced:
      typeof subnets === 'string' && internal !== true ? ['how many public addresses it has is not known yet'] : [],
    byUse: [`capacity units of load balancers (network: ${perUnit(byUse.capacityUnit)})`],
  };
};

/** Gateway endpoints are free. */
export const vpcEndpoint: Pricer = ({ attributes }) => {
  const { vpc_endpoint_type: type = 'Gateway', subnet_ids: subnets } = attributes;
  if (type === 'Gateway') return {};
  if (type !== 'Interface' || !Array.isArray(subnets)) return { unpriced: [`an endpoint of type '${type}'`] };
  return {
    priced: [always('VPC endpoints', fixed.endpoint, subnets.length)],
    byUse: [`traffic through interface endpoints (${perUnit(byUse.endpoint)})`],
  };
};
