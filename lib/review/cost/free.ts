/** Providers that make nothing which somebody bills; what a cluster makes of its objects is in the pricers. */
const freeProviders = /^(kubernetes|helm|random|tls|null|local|time|terraform|postgresql|external)_/;
const pricedObjects = ['kubernetes_persistent_volume_claim_v1', 'kubernetes_service_v1'];

/** Settings of resources that are paid for, and what AWS gives away. Budgets without actions are free. */
const freeTypes = new Set(
  `
  acm_certificate acm_certificate_validation autoscaling_group_tag budgets_budget cloudwatch_log_metric_filter
  cloudwatch_log_resource_policy cloudwatch_log_stream db_parameter_group db_subnet_group default_network_acl
  default_route_table default_security_group ecr_lifecycle_policy ecr_repository_policy eip_association
  eks_access_entry eks_access_policy_association eks_addon eks_pod_identity_association flow_log internet_gateway
  kms_alias kms_key_policy launch_template lb_listener lb_listener_certificate lb_listener_rule lb_target_group
  lb_target_group_attachment main_route_table_association network_acl network_acl_rule placement_group route
  route53_record route_table route_table_association secretsmanager_secret_policy secretsmanager_secret_version
  security_group security_group_rule subnet vpc_dhcp_options vpc_dhcp_options_association vpc_endpoint_policy
  vpc_endpoint_route_table_association vpc_endpoint_subnet_association vpc_security_group_egress_rule
  vpc_security_group_ingress_rule
  `
    .trim()
    .split(/\s+/)
    .map((type) => `aws_${type}`),
);

/** Everything of IAM, and the parts of a bucket that have resources of their own. */
const freeFamilies =
  /^aws_(iam_|s3_bucket_(lifecycle_configuration|ownership_controls|policy|public_access_block|server_side_encryption_configuration|versioning|logging|notification|cors_configuration|acl)$)/;

/** Whether resources of a type cost nothing by themselves. */
export const isFree = (type: string): boolean =>
  !pricedObjects.includes(type) && (freeProviders.test(type) || freeTypes.has(type) || freeFamilies.test(type));
