import type { TypeRow } from './type-row';

const named = ['name', 'name_prefix'];
const ofBucket = { replaces: ['bucket', 'expected_bucket_owner'] };
const securityGroupRule = {
  replaces: ['security_group_id', 'cidr_ipv4?', 'cidr_ipv6?', 'prefix_list_id?', 'referenced_security_group_id?'],
};

/**
 * Types of the provider aws 6.25: attributes with `ForceNew` or `RequiresReplace` in its sources
 * (hashicorp/terraform-provider-aws, internal/service/…), read on 2026-11-22 in stored versions of 2022 to 2026, since
 * 6.25.0 itself was not to be had; `identifier` of a database by its issue 32590. `region` replaces any of them.
 */
export const awsRows: Readonly<Record<string, TypeRow>> = {
  aws_autoscaling_group_tag: {
    replaces: ['autoscaling_group_name', 'tag.key'],
    harmless: 'it is a note for the autoscaler',
  },
  aws_budgets_budget: { replaces: ['account_id', ...named], harmless: 'it only watches' },
  aws_cloudwatch_log_group: { replaces: [...named, 'log_group_class'] },
  aws_db_instance: {
    replaces: [
      'availability_zone',
      'character_set_name',
      'custom_iam_instance_profile',
      'db_name',
      'engine',
      'kms_key_id',
      'nchar_character_set_name',
      'restore_to_point_in_time',
      's3_import',
      'snapshot_identifier',
      'storage_encrypted',
      'timezone',
      'username',
    ],
    knownBy: ['identifier', 'port'],
    onlyGrows: ['allocated_storage'],
  },
  aws_db_parameter_group: { replaces: ['description', 'family', ...named] },
  aws_db_subnet_group: { replaces: named },
  aws_default_security_group: { replaces: ['vpc_id'] },
  aws_ecr_lifecycle_policy: { replaces: ['policy', 'repository'], harmless: 'it keeps no image' },
  aws_ecr_repository: { replaces: ['encryption_configuration', 'name'] },
  aws_eip: { replaces: ['address', 'domain', 'network_border_group', 'public_ipv4_pool'] },
  aws_eks_access_entry: { replaces: ['cluster_name', 'principal_arn', 'type'] },
  aws_eks_access_policy_association: { replaces: ['access_scope', 'cluster_name', 'policy_arn', 'principal_arn'] },
  aws_eks_addon: { replaces: ['addon_name', 'cluster_name'] },
  aws_eks_cluster: {
    replaces: [
      'access_config.bootstrap_cluster_creator_admin_permissions',
      'bootstrap_self_managed_addons',
      'encryption_config?',
      'kubernetes_network_config.ip_family',
      'kubernetes_network_config.service_ipv4_cidr',
      'name',
      'role_arn',
    ],
  },
  aws_eks_node_group: {
    replaces: [
      'ami_type',
      'capacity_type',
      'cluster_name',
      'disk_size',
      'instance_types',
      'launch_template.id',
      'launch_template.name',
      'node_group_name',
      'node_group_name_prefix',
      'node_role_arn',
      'remote_access',
      'subnet_ids',
    ],
    prefix: 'node_group_name_prefix',
  },
  aws_eks_pod_identity_association: { replaces: ['cluster_name', 'namespace', 'service_account'] },
  aws_flow_log: {
    replaces: [
      'deliver_cross_account_role',
      'destination_options',
      'iam_role_arn',
      'log_destination',
      'log_destination_type',
      'log_format',
      'max_aggregation_interval',
      'subnet_id',
      'traffic_type',
      'vpc_id',
    ],
    harmless: 'what it has written stays',
  },
  aws_iam_role: { replaces: [...named, 'path'] },
  aws_iam_role_policy: { replaces: [...named, 'role'] },
  aws_iam_role_policy_attachment: { replaces: ['policy_arn', 'role'] },
  aws_internet_gateway: { replaces: [] },
  aws_kms_alias: { replaces: named },
  aws_kms_key: {
    replaces: ['custom_key_store_id', 'customer_master_key_spec', 'key_usage', 'multi_region', 'xks_key_id'],
  },
  aws_launch_template: { replaces: named, prefix: 'name_prefix' },
  aws_lb: {
    replaces: [
      'internal',
      'load_balancer_type',
      ...named,
      'customer_owned_ipv4_pool',
      // of a network load balancer
      'security_groups?',
      'subnet_mapping+',
      'subnets+',
    ],
  },
  aws_lb_listener: { replaces: ['load_balancer_arn'] },
  aws_lb_target_group: {
    replaces: ['ip_address_type', ...named, 'port', 'protocol', 'protocol_version', 'target_type', 'vpc_id'],
  },
  aws_nat_gateway: {
    replaces: ['allocation_id', 'connectivity_type', 'private_ip', 'secondary_private_ip_address_count', 'subnet_id'],
  },
  aws_route: {
    replaces: ['destination_cidr_block', 'destination_ipv6_cidr_block', 'destination_prefix_list_id', 'route_table_id'],
  },
  aws_route_table: { replaces: ['vpc_id'] },
  aws_route_table_association: { replaces: ['gateway_id', 'subnet_id'] },
  aws_s3_bucket: { replaces: ['bucket', 'bucket_prefix', 'object_lock_enabled'] },
  aws_s3_bucket_acl: ofBucket,
  aws_s3_bucket_lifecycle_configuration: ofBucket,
  aws_s3_bucket_logging: ofBucket,
  aws_s3_bucket_ownership_controls: ofBucket,
  aws_s3_bucket_policy: ofBucket,
  aws_s3_bucket_public_access_block: ofBucket,
  aws_s3_bucket_server_side_encryption_configuration: ofBucket,
  aws_s3_bucket_versioning: ofBucket,
  aws_security_group: { replaces: ['description', ...named, 'vpc_id'] },
  aws_subnet: {
    replaces: [
      'availability_zone',
      'availability_zone_id',
      'cidr_block',
      'ipv4_ipam_pool_id',
      'ipv4_netmask_length',
      'ipv6_native',
      'outpost_arn',
      'vpc_id',
    ],
  },
  aws_vpc: { replaces: ['cidr_block', 'ipv4_ipam_pool_id', 'ipv4_netmask_length'] },
  aws_vpc_endpoint: { replaces: ['service_name', 'service_region', 'vpc_endpoint_type', 'vpc_id'] },
  aws_vpc_endpoint_route_table_association: { replaces: ['route_table_id', 'vpc_endpoint_id'] },
  aws_vpc_security_group_egress_rule: securityGroupRule,
  aws_vpc_security_group_ingress_rule: securityGroupRule,
};
