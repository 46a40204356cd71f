import type { Sdk } from './sdk';

/** Enum of the AWS SDK by Terraform resource and attribute: `[client, enum]`. */
const enums: Readonly<Record<string, readonly [client: string, name: string]>> = {
  'aws_budgets_budget budget_type': ['budgets', 'BudgetType'],
  'aws_budgets_budget notification.comparison_operator': ['budgets', 'ComparisonOperator'],
  'aws_budgets_budget notification.notification_type': ['budgets', 'NotificationType'],
  'aws_budgets_budget notification.threshold_type': ['budgets', 'ThresholdType'],
  'aws_budgets_budget time_unit': ['budgets', 'TimeUnit'],
  'aws_db_instance database_insights_mode': ['rds', 'DatabaseInsightsMode'],
  'aws_db_parameter_group parameter.apply_method': ['rds', 'ApplyMethod'],
  'aws_ecr_repository encryption_configuration.encryption_type': ['ecr', 'EncryptionType'],
  'aws_ecr_repository image_tag_mutability': ['ecr', 'ImageTagMutability'],
  'aws_eip domain': ['ec2', 'DomainType'],
  'aws_eks_access_policy_association access_scope.type': ['eks', 'AccessScopeType'],
  'aws_eks_addon resolve_conflicts_on_create': ['eks', 'ResolveConflicts'],
  'aws_eks_addon resolve_conflicts_on_update': ['eks', 'ResolveConflicts'],
  'aws_eks_cluster access_config.authentication_mode': ['eks', 'AuthenticationMode'],
  'aws_eks_cluster enabled_cluster_log_types': ['eks', 'LogType'],
  'aws_eks_cluster kubernetes_network_config.ip_family': ['eks', 'IpFamily'],
  'aws_eks_cluster upgrade_policy.support_type': ['eks', 'SupportType'],
  'aws_eks_node_group ami_type': ['eks', 'AMITypes'],
  'aws_eks_node_group capacity_type': ['eks', 'CapacityTypes'],
  'aws_eks_node_group instance_types': ['ec2', '_InstanceType'],
  'aws_eks_node_group taint.effect': ['eks', 'TaintEffect'],
  'aws_flow_log log_destination_type': ['ec2', 'LogDestinationType'],
  'aws_flow_log traffic_type': ['ec2', 'TrafficType'],
  'aws_launch_template block_device_mappings.ebs.volume_type': ['ec2', 'VolumeType'],
  'aws_launch_template metadata_options.http_endpoint': ['ec2', 'LaunchTemplateInstanceMetadataEndpointState'],
  'aws_launch_template metadata_options.http_tokens': ['ec2', 'LaunchTemplateHttpTokensState'],
  'aws_launch_template tag_specifications.resource_type': ['ec2', 'ResourceType'],
  'aws_lb load_balancer_type': ['elastic-load-balancing-v2', 'LoadBalancerTypeEnum'],
  'aws_lb_listener default_action.type': ['elastic-load-balancing-v2', 'ActionTypeEnum'],
  'aws_lb_listener protocol': ['elastic-load-balancing-v2', 'ProtocolEnum'],
  'aws_lb_target_group health_check.protocol': ['elastic-load-balancing-v2', 'ProtocolEnum'],
  'aws_lb_target_group protocol': ['elastic-load-balancing-v2', 'ProtocolEnum'],
  'aws_lb_target_group target_type': ['elastic-load-balancing-v2', 'TargetTypeEnum'],
  'aws_s3_bucket_lifecycle_configuration rule.status': ['s3', 'ExpirationStatus'],
  'aws_s3_bucket_ownership_controls rule.object_ownership': ['s3', 'ObjectOwnership'],
  'aws_s3_bucket_server_side_encryption_configuration rule.apply_server_side_encryption_by_default.sse_algorithm': [
    's3',
    'ServerSideEncryption',
  ],
  'aws_s3_bucket_server_side_encryption_configuration rule.blocked_encryption_types': ['s3', 'EncryptionType'],
  'aws_s3_bucket_versioning versioning_configuration.status': ['s3', 'BucketVersioningStatus'],
  'aws_vpc_endpoint vpc_endpoint_type': ['ec2', 'VpcEndpointType'],
  'data.aws_ec2_instance_type_offerings location_type': ['ec2', 'LocationType'],
};

/** Lists that are no enums: they stand in comments of the SDK, or follow from an enum. */
const others: Readonly<Record<string, (sdk: Sdk) => readonly string[]>> = {
  'aws_cloudwatch_log_group retention_in_days': retentionDays,
  'aws_db_instance engine_lifecycle_support': (sdk) => quoted(sdk.declarations('rds'), /open-source-rds-[a-z-]+/g),
  'aws_db_instance enabled_cloudwatch_logs_exports': (sdk) =>
    listed(sdk.declarations('rds'), /RDS for PostgreSQL - <code>([^<]+)<\/code>/),
  'aws_db_instance instance_class': (sdk) => sdk.values('ec2', '_InstanceType').map((type) => `db.${type}`),
  'aws_db_instance engine': (sdk) => quoted(sdk.declarations('rds'), /<code>postgres<\/code>/g).map(() => 'postgres'),
  'aws_db_instance storage_type': (sdk) =>
    listed(sdk.declarations('rds'), /Valid Values: <code>(gp2 \| gp3 \| io1 \| io2 \| standard)<\/code>/),
  'aws_subnet availability_zone': (sdk) =>
    sdk.regions().flatMap((region) => ['a', 'b', 'c', 'd'].map((letter) => `${region}${letter}`)),
  'aws_vpc_endpoint service_name': (sdk) => sdk.regions().map((region) => `com.amazonaws.${region}.s3`),
};

/** Days that CloudWatch Logs takes, from the comment of its request. */
export function retentionDays(sdk: Sdk): readonly string[] {
  const text = sdk.declarations('cloudwatch-logs');
  const [, days = ''] = /Possible values\s+\*?\s*are: ([^<]+)<\/p>/.exec(text) ?? [];
  return days.match(/\d+/g) ?? [];
}

const quoted = (text: string, pattern: RegExp): readonly string[] => text.match(pattern) ?? [];
const listed = (text: string, pattern: RegExp): readonly string[] =>
  (pattern.exec(text)?.[1] ?? '').split('|').map((value) => value.trim());

/** What may stand in an attribute; undefined for one that nobody has a list of. */
export function allowed(sdk: Sdk, attribute: string): readonly string[] | undefined {
  const known = enums[attribute];
  return known ? sdk.values(...known) : others[attribute]?.(sdk);
}

export const listedAttributes: readonly string[] = [...Object.keys(enums), ...Object.keys(others)];

/** Last parts of attributes whose text is ours, or that AWS has no list of: names, addresses, times, versions, policies. */
const ours: readonly RegExp[] = [
  /(^|[._])(names?|name_prefix|path_prefix|description|policy|prefix|bucket|key|values?|ids?|arns?|identifier)$/,
  /^(tag|labels|filter)\./,
  /(cidrs?|cidr_ipv4|cidr_block|service_ipv4_cidr|public_access_cidrs|window|username|service_account|namespace|repository)$/,
  /(configuration_values|addon_version|version|family|subscriber_email_addresses|limit_amount|limit_unit|device_name)$/,
  /^(role|ca_cert_identifier|kms_master_key_id|encryption_config\.resources|ip_protocol|health_check\.port)$/,
  // booleans that the provider takes as text
  /(delete_on_termination|encrypted|preserve_client_ip|exclude_zone_ids)$/,
];

export const isOurs = (attribute: string): boolean => {
  const path = attribute.slice(attribute.indexOf(' ') + 1);
  return ours.some((pattern) => pattern.test(path));
};
