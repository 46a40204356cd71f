import { always, type Charges, charge, type Pricer } from './charge';
import { eksCluster, nodeGroup } from './compute';
import { dbInstance } from './database';
import { isFree } from './free';
import { elasticAddress, loadBalancer, natGateway, vpc, vpcEndpoint } from './network';
import { perUnit } from './price';
import { byUse, fixed } from './prices';
import { known, type Resource } from './resource';

/** What stored logs are taken to grow by, in GB a day in each group: their volume stands in no configuration. */
const storedPerDay = 1;

/** Each rotation keeps old material, of which AWS charges for two. */
const kmsKey: Pricer = ({ attributes }) => ({
  priced: [charge('KMS keys', fixed.key, [1, attributes.enable_key_rotation === true ? 3 : 1])],
});

const logGroup: Pricer = ({ attributes }) => {
  const days = known(attributes.retention_in_days) ?? 0;
  if (days === 0) return { unpriced: ['it keeps logs for ever'] };
  return {
    priced: [charge('Logs at rest', fixed.storedLogs, [0, days * storedPerDay])],
    byUse: [
      `logs beyond ${storedPerDay} GB a day in each group (${perUnit(fixed.storedLogs)} at rest), and writing them (${perUnit(byUse.writtenLogs)})`,
    ],
  };
};

const bucket: Pricer = () => ({
  byUse: [`objects in buckets (${perUnit(byUse.objects)}), and requests`],
});

const repository: Pricer = () => ({ byUse: [`images in ECR (${perUnit(byUse.images)})`] });

const balancedService: Pricer = ({ attributes }) =>
  JSON.stringify(attributes.spec ?? null).includes('"LoadBalancer"')
    ? { unpriced: ['a load balancer of the cluster'] }
    : {};

const pricers: Readonly<Record<string, Pricer>> = {
  aws_cloudwatch_log_group: logGroup,
  aws_db_instance: dbInstance,
  aws_ecr_repository: repository,
  aws_eip: elasticAddress,
  aws_eks_cluster: eksCluster,
  aws_eks_node_group: nodeGroup,
  aws_kms_key: kmsKey,
  aws_lb: loadBalancer,
  aws_nat_gateway: natGateway,
  aws_route53_zone: () => ({ priced: [always('DNS zones', fixed.zone)] }),
  aws_s3_bucket: bucket,
  aws_secretsmanager_secret: () => ({ priced: [always('Secrets', fixed.secret)] }),
  aws_vpc: vpc,
  aws_vpc_endpoint: vpcEndpoint,
  kubernetes_persistent_volume_claim_v1: () => ({ unpriced: ['a volume of the cluster'] }),
  kubernetes_service_v1: balancedService,
};

/** Everything that a resource costs; a type that nobody knows is said to have no price. */
export function chargesOf(resource: Resource): Required<Charges> {
  const { type, attributes } = resource;
  const {
    priced = [],
    unpriced = [],
    byUse: uses = [],
  } = isFree(type) ? {} : (pricers[type]?.(resource) ?? { unpriced: ['no price for this type'] });
  const count = attributes.count === undefined ? 1 : known(attributes.count);
  if (count === undefined || attributes.for_each !== undefined) {
    const nothing = priced.length === 0 && unpriced.length === 0;
    return { priced: [], unpriced: nothing ? [] : ['how many there are is not known yet'], byUse: uses };
  }
  return { priced: priced.map((one) => times(count, one)), unpriced, byUse: uses };
}

const times = (count: number, one: NonNullable<Charges['priced']>[number]) => ({
  ...one,
  floor: count * one.floor,
  ceiling: count * one.ceiling,
});
