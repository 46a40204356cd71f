import { Construct } from 'constructs';
import { attempt, report } from '../core/errors';
import type { GatewayNeed } from '../core/gateway';
import { note } from '../core/notes';
import type { IObjectStore, IPostgres } from '../core/storage';
import type { ITarget, PlatformNeeds, TargetStack } from '../core/target';
import { ownCaSecret } from '../operators/certificates';
import { installedGateway } from '../operators/gateway';
import { addData } from './data';
import { EksByName } from './eks/by-name';
import { addFoundation, gatewayOutput } from './foundation';
import { EncryptionKey } from './kms/encryption-key';
import { gatewayProblems } from './load-balancer/access';
import { awsNames } from './names';
import { addressPlan } from './network/address-plan';
import { quotaNeeds } from './nodes/quotas';
import { addOperators } from './operators';
import { checkedPlace } from './place';
import { addAwsProvider } from './provider';
import { RdsPostgres } from './rds/postgres';
import { S3Bucket } from './s3/bucket';
import { StateBucket } from './s3/state-bucket';
import type { AwsPlace, AwsTargetSpec } from './target-spec';

export interface AwsTargetProps extends AwsTargetSpec {
  /** Name of the platform. */
  readonly platform: string;
  /** Refuses to destroy what holds data. */
  readonly protect: boolean;
}

/** EKS, S3 and RDS: made by the earlier stacks, known by name in the later ones. */
export class AwsTarget extends Construct implements ITarget {
  readonly cluster: EksByName;
  readonly unprotected =
    'destroying data takes the database without a final snapshot, and buckets that are empty; foundation and bootstrap take the keys, without which no backup can be read';
  private readonly place: AwsPlace;

  constructor(scope: Construct, id: string, props: AwsTargetProps) {
    super(scope, id);
    const { platform } = props;
    this.place = checkedPlace(this, props);
    const { region, pools, zones } = this.place;
    this.cluster = new EksByName(this, 'Cluster', {
      platform,
      region,
      pools,
      zones,
      chartMirror: props.chartMirror,
    });
    this.noteDuties();
  }

  stacks(needs: PlatformNeeds): TargetStack[] {
    const { place, cluster } = this;
    const { gateway } = needs.installs;
    if (gateway) this.checkGateway(gateway);
    return [
      { name: 'bootstrap', add: (scope) => this.addStateBucket(scope) },
      { name: 'foundation', add: (scope) => addFoundation(scope, place, gateway) },
      { name: 'operators', add: (scope) => addOperators(scope, place, cluster, needs) },
      { name: 'data', add: (scope) => addData(scope, place, cluster, needs) },
    ];
  }

  postgres(scope: Construct): IPostgres {
    const { platform, region, zones, network, postgres } = this.place;
    addAwsProvider(scope, region, platform);
    const { subnets } = attempt(this, () => addressPlan({ cidr: network?.cidr })) ?? addressPlan();
    const cidrs = zones.map((letter) => subnets.database[letter]);
    const { caCertificate, sslMode } = postgres;
    return RdsPostgres.fromName(scope, 'Postgres', {
      platform,
      region,
      identifier: awsNames.database(platform),
      cidrs,
      caCertificate,
      sslMode,
    });
  }

  objectStore(scope: Construct): IObjectStore {
    const { platform, region, account } = this.place;
    addAwsProvider(scope, region, platform);
    const { keyArn } = EncryptionKey.fromName(scope, 'DataKey', { platform, name: 'data' });
    return S3Bucket.fromName(scope, 'Models', {
      bucketName: awsNames.bucket(platform, 'models', account),
      region,
      keyArn,
    });
  }

  private addStateBucket(scope: Construct): void {
    const { platform, region, account, protect } = this.place;
    addAwsProvider(scope, region, platform);
    new StateBucket(scope, 'State', {
      platform,
      bucketName: awsNames.bucket(platform, 'state', account),
      region,
      protect,
    });
  }

  private checkGateway(gateway: GatewayNeed): void {
    const { platform } = this.place;
    const { name, namespace } = installedGateway(platform);
    for (const problem of gatewayProblems(gateway)) report(this, problem);
    for (const hostname of gateway.hostnames)
      note(this, `DNS: point '${hostname}' (CNAME or alias) at the output ${gatewayOutput} of ${platform}-foundation`);
    note(
      this,
      gateway.tls === undefined || gateway.tls === 'own-ca'
        ? `clients must trust the platform's own CA: ca.crt of Secret '${namespace}/${ownCaSecret(name)}'`
        : 'port 80 of the gateway is open to everybody, because ACME servers come there to see that a host name is yours; all else is sent over to TLS',
    );
  }

  private noteDuties(): void {
    const { platform, region, postgres, budget } = this.place;
    for (const { quota, vcpus } of quotaNeeds(this.cluster.planned))
      note(this, `quota '${quota}' in ${region} must allow ${vcpus} vCPUs: new accounts have fewer, and none of GPUs`);
    note(
      this,
      `apply ${platform}-bootstrap first: it makes the bucket of the other states. Its own state is the file .state/${platform}-bootstrap.tfstate, which is yours to keep`,
    );
    note(
      this,
      `images: once ${platform}-foundation is applied, log in to ECR ('aws ecr get-login-password --region ${region}' gives the password of user AWS), then run 'mlops images push'`,
    );
    if (!budget) note(this, 'nobody watches what the platform costs: give target.budget a limit and a subscriber');
    note(this, "the runner of Terraform needs the command 'aws' and one of the roles in admins");
    if (postgres.sslMode === 'require') {
      note(
        this,
        'connections to Postgres are encrypted, but trust whoever answers: give postgres.caCertificate instead of sslMode',
      );
    }
  }
}
