import { DataAwsEksCluster } from '@cdktf/provider-aws/lib/data-aws-eks-cluster';
import type { Construct } from 'constructs';
import { names } from '../core/names';
import type { PlatformNeeds } from '../core/target';
import { DatabaseBootstrap } from '../kubernetes/database-bootstrap';
import { externalSecret } from '../operators/external-secrets';
import { accountId } from './account';
import type { EksByName } from './eks/by-name';
import { EncryptionKey } from './kms/encryption-key';
import { awsNames } from './names';
import { Network } from './network/network';
import { secretStore } from './operators';
import { addAwsProvider } from './provider';
import { rdsAdminPassword } from './rds/access';
import { RdsPostgres } from './rds/postgres';
import { S3Bucket } from './s3/bucket';
import { accessLogDelivery } from './s3/log-delivery';
import { type AwsPlace, bucketIds } from './target-spec';

/** Everything that holds data, and nothing else does: buckets, the database server, its databases and roles. */
export function addData(scope: Construct, place: AwsPlace, cluster: EksByName, needs: PlatformNeeds): void {
  const { platform, region, protect } = place;
  addAwsProvider(scope, region, platform);
  const { keyArn } = EncryptionKey.fromName(scope, 'DataKey', { platform, name: 'data' });
  const logs = addLogs(scope, place);
  for (const id of bucketIds) {
    const bucketName = awsNames.bucket(platform, id, place.account);
    new S3Bucket(scope, `Bucket-${id}`, {
      platform,
      bucketName,
      region,
      encryption: { kms: keyArn },
      // a reference, not the name: S3 takes no bucket for logs that is not there, or does not let it write
      accessLogs: { bucketName: logs.deliveryName, prefix: `${id}/` },
      protect,
    });
  }
  if (needs.databases.length === 0) return;
  const namespace = names.namespace(platform);
  const postgres = addPostgres(scope, place, keyArn);
  cluster.addManifests(scope, 'AdminSecret', {
    release: rdsAdminPassword.secretName,
    namespace,
    manifests: [
      externalSecret({
        name: rdsAdminPassword.secretName,
        namespace,
        store: secretStore(platform),
        data: { [rdsAdminPassword.key]: { secret: postgres.adminSecretArn, property: 'password' } },
      }),
    ],
  });
  new DatabaseBootstrap(scope, 'Databases', {
    cluster,
    platform,
    image: needs.images.image('database-bootstrap'),
    admin: postgres.admin(),
    components: needs.databases,
    passwordRevision: place.postgres.passwordRevision,
  });
}

/** Requests to the buckets, for a year. The state's bucket is older than this one and logs nowhere. */
function addLogs(scope: Construct, { platform, region, account, protect }: AwsPlace): S3Bucket {
  const bucketName = awsNames.bucket(platform, 'logs', account);
  return new S3Bucket(scope, 'Bucket-logs', {
    platform,
    bucketName,
    region,
    encryption: 's3',
    lifecycle: { expireDays: 365, keepVersionsDays: 1 },
    policy: accessLogDelivery({ bucketName, accountId: accountId(scope) }),
    protect,
  });
}

function addPostgres(scope: Construct, place: AwsPlace, keyArn: string): RdsPostgres {
  const { platform, region, protect, postgres } = place;
  const network = Network.fromNames(scope, 'Network', {
    platform,
    region,
    cidr: place.network?.cidr,
    zones: place.zones,
  });
  const eks = new DataAwsEksCluster(scope, 'Cluster', { name: awsNames.cluster(platform) });
  const { keyArn: logsKeyArn } = EncryptionKey.fromName(scope, 'LogsKey', { platform, name: 'logs' });
  const subnets = network.subnets('database');
  return new RdsPostgres(scope, 'Postgres', {
    platform,
    region,
    identifier: awsNames.database(platform),
    vpcId: network.vpcId,
    subnetIds: subnets.map(({ id }) => id),
    cidrs: subnets.map(({ cidr }) => cidr),
    nodeSecurityGroupId: eks.vpcConfig.get(0).clusterSecurityGroupId,
    keyArn,
    logsKeyArn,
    protect,
    caCertificate: postgres.caCertificate,
    sslMode: postgres.sslMode,
    instanceClass: postgres.instanceClass,
    storage: postgres.storage,
    multiAz: postgres.multiAz,
    backupDays: postgres.backupDays,
    applyChanges: postgres.applyChanges,
  });
}
