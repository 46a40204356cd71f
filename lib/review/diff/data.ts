/**
 * Types that hold what nothing can make again, and what goes with them. Destroying or replacing one is a danger. Passwords of
 * database roles are none: their Secret is made anew, and the bootstrap Job sets it.
 */
const held: Readonly<Record<string, string>> = {
  aws_s3_bucket: 'its objects',
  aws_db_instance: 'its databases',
  aws_rds_cluster: 'its databases',
  aws_kms_key: 'everything that was encrypted with it',
  aws_eks_cluster: 'everything in the cluster, with Secrets and claims of volumes',
  aws_ecr_repository: 'its images',
  aws_cloudwatch_log_group: 'its logs',
  aws_secretsmanager_secret: 'its secret',
  aws_ebs_volume: 'its files',
  aws_efs_file_system: 'its files',
  aws_dynamodb_table: 'its items',
  kubernetes_namespace_v1: 'everything in the namespace, with the Secrets that people brought',
  kubernetes_persistent_volume_claim_v1: 'its files',
  kubernetes_persistent_volume_v1: 'its files',
};

/** What is lost with a resource of this type; undefined where nothing is. */
export const heldBy = (type: string): string | undefined => held[type];
