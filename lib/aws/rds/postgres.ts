import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group';
import { DbInstance } from '@cdktf/provider-aws/lib/db-instance';
import { DbParameterGroup } from '@cdktf/provider-aws/lib/db-parameter-group';
import { DbSubnetGroup } from '@cdktf/provider-aws/lib/db-subnet-group';
import type { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { Construct } from 'constructs';
import type { postgres } from '../../../services/kit/connections';
import type { Link } from '../../core/access';
import { report } from '../../core/errors';
import { note } from '../../core/notes';
import type { Memory } from '../../core/units';
import type { Postgres } from '../../kubernetes/postgres';
import { platformTags } from '../tags';
import { postgresPort, type RdsAccess, rdsAdmin, rdsAdminPassword, rdsEndpoint } from './access';
import { type IRdsPostgres, NamedRdsPostgres, type RdsPostgresByNameProps } from './by-name';
import { certificateAuthority } from './certificate';
import { instanceProblems } from './checks';
import type { RdsInstanceClass } from './instance-class';
import { monitoringRole } from './monitoring';
import { databaseSecurityGroup } from './security-group';
import type { PostgresVersion } from './versions';
import { shrinkProblems, volume } from './volume';

export interface RdsPostgresProps extends RdsAccess {
  /** Name by which every stack knows it. */
  readonly identifier: string;
  readonly vpcId: string;
  /** Of at least two zones: RDS wants a place for a standby, even where there is none. */
  readonly subnetIds: readonly string[];
  /** Security group of the cluster's nodes: nobody else may connect. */
  readonly nodeSecurityGroupId: string;
  /** ARN of the KMS key for volume, backups, insights and the admin's secret. Another key would be another database. */
  readonly keyArn: string;
  /**
   * ARN of the KMS key for its log groups, whose policy names CloudWatch Logs.
   * @default - encrypted by CloudWatch itself
   */
  readonly logsKeyArn?: string | undefined;
  /** @default '17' */
  readonly version?: PostgresVersion | undefined;
  /** @default 'db.t4g.medium' */
  readonly instanceClass?: RdsInstanceClass | undefined;
  /**
   * Size of the volume at first; it never shrinks.
   * @default '50 GiB'
   */
  readonly storage?: Memory | undefined;
  /**
   * How far RDS grows the volume when less than a tenth is free.
   * @default - five times `storage`
   */
  readonly maxStorage?: Memory | undefined;
  /**
   * A standby in another zone, which takes over in one or two minutes. Doubles the price.
   * @default false
   */
  readonly multiAz?: boolean | undefined;
  /**
   * Days to any second of which it can be brought back, 1 to 35.
   * @default 7
   */
  readonly backupDays?: number | undefined;
  /**
   * When a change of class, Multi-AZ or version happens: in the maintenance window, or at once, with a short outage.
   * @default 'window'
   */
  readonly applyChanges?: 'window' | 'now' | undefined;
  /**
   * Daily, UTC, `hh:mm-hh:mm`.
   * @default '02:00-03:00'
   */
  readonly backupWindow?: string | undefined;
  /**
   * Weekly, UTC, `ddd:hh:mm-ddd:hh:mm`.
   * @default 'sun:03:30-sun:04:30'
   */
  readonly maintenanceWindow?: string | undefined;
  /**
   * Lets `version` rise.
   * @default false
   */
  readonly majorUpgrade?: boolean | undefined;
  /**
   * Parameters of Postgres that take effect without a restart, at other values than RDS's own: what is at its default
   * anyway would stand in every plan.
   * @default - TLS is forced, all else as RDS has it
   */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /**
   * Refuses to be destroyed, by Terraform and by AWS; without it no final snapshot is made either.
   * @default true
   */
  readonly protect?: boolean | undefined;
  /**
   * Further tags.
   * @default - name and platform only
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * Postgres on RDS: encrypted, backed up, over TLS only, reached from the cluster's nodes only. Its admin's password is
 * made, kept and changed by RDS and is in no state. Databases and roles are made by `DatabaseBootstrap`.
 */
export class RdsPostgres extends Construct implements IRdsPostgres {
  /** A server that another stack makes, looked up by its name: `scope` is in the stack that uses it. */
  static fromName(scope: Construct, id: string, props: RdsPostgresByNameProps): IRdsPostgres {
    return new NamedRdsPostgres(scope, id, props);
  }

  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: DbInstance;
  /** ARN of the secret in which RDS keeps user name and password of its admin. */
  readonly adminSecretArn: string;
  private readonly endpoint: Postgres;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: RdsPostgresProps,
  ) {
    super(scope, id);
    for (const problem of instanceProblems(props)) report(this, problem);
    const securityGroup = databaseSecurityGroup(this, { ...props, port: postgresPort });
    const subnetGroup = new DbSubnetGroup(this, 'Subnets', {
      name: props.identifier,
      description: `Subnets of ${props.identifier}`,
      subnetIds: [...props.subnetIds],
      tags: this.tags(props.identifier),
    });
    const parameters = this.addParameters();
    const logs = this.addLogGroups();
    this.resource = this.addInstance(securityGroup, subnetGroup, parameters, logs);
    this.adminSecretArn = this.resource.masterUserSecret.get(0).secretArn;
    this.endpoint = rdsEndpoint(this, this.resource.address, props);
    this.noteChanges();
  }

  database(name: string): Link<typeof postgres> {
    return this.endpoint.database(name);
  }

  admin(): Link<typeof postgres> {
    return this.endpoint.admin({ user: rdsAdmin, password: rdsAdminPassword });
  }

  /** One group per major version: the old one goes after the database has left it. */
  private addParameters(): DbParameterGroup {
    const { identifier, version = '17', parameters } = this.props;
    const name = `${identifier}-postgres${version}`;
    return new DbParameterGroup(this, 'Parameters', {
      name,
      family: `postgres${version}`,
      description: `Parameters of ${identifier}`,
      parameter: Object.entries({ ...parameters, 'rds.force_ssl': '1' }).map(([parameter, value]) => ({
        name: parameter,
        value,
        // dynamic, but 1 is the default from Postgres 15 on, and AWS reports a default as this: plans stay clean
        // (hashicorp/terraform-provider-aws#44280)
        applyMethod: parameter === 'rds.force_ssl' ? 'pending-reboot' : 'immediate',
      })),
      tags: this.tags(name),
      lifecycle: { createBeforeDestroy: true },
    });
  }

  /** Made before RDS makes them itself, which would keep every line for ever. */
  private addLogGroups(): CloudwatchLogGroup[] {
    const { identifier, logsKeyArn } = this.props;
    return logs.map((log) => {
      const name = `/aws/rds/instance/${identifier}/${log}`;
      return new CloudwatchLogGroup(this, `Log-${log}`, {
        name,
        retentionInDays: 365,
        ...(logsKeyArn === undefined ? {} : { kmsKeyId: logsKeyArn }),
        tags: this.tags(name),
      });
    });
  }

  private addInstance(
    securityGroup: SecurityGroup,
    subnets: DbSubnetGroup,
    parameters: DbParameterGroup,
    dependsOn: CloudwatchLogGroup[],
  ): DbInstance {
    const { props } = this;
    const { identifier, keyArn, protect = true } = props;
    const monitoring = monitoringRole(this, props);
    const size = volume(this, props.storage ?? '50 GiB', props.maxStorage);
    const instance = new DbInstance(this, 'Resource', {
      identifier,
      engine: 'postgres',
      engineVersion: props.version ?? '17',
      // at the end of a version's standard support RDS upgrades it, instead of charging for the extended one
      engineLifecycleSupport: 'open-source-rds-extended-support-disabled',
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: props.majorUpgrade ?? false,
      instanceClass: props.instanceClass ?? 'db.t4g.medium',
      multiAz: props.multiAz ?? false,
      applyImmediately: props.applyChanges === 'now',
      backupWindow: props.backupWindow ?? '02:00-03:00',
      maintenanceWindow: props.maintenanceWindow ?? 'sun:03:30-sun:04:30',

      storageType: 'gp3',
      ...(size && { allocatedStorage: size.allocated, maxAllocatedStorage: size.max }),
      storageEncrypted: true,
      kmsKeyId: keyArn,

      username: rdsAdmin,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: keyArn,

      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [securityGroup.id],
      port: postgresPort,
      publiclyAccessible: false,
      caCertIdentifier: certificateAuthority,
      parameterGroupName: parameters.name,

      databaseInsightsMode: 'standard',
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      performanceInsightsKmsKeyId: keyArn,
      enabledCloudwatchLogsExports: [...logs],
      monitoringInterval: 60,
      monitoringRoleArn: monitoring.arn,
      // lets in nobody until a role of Postgres is granted rds_iam: then people need no password
      iamDatabaseAuthenticationEnabled: true,

      backupRetentionPeriod: props.backupDays ?? 7,
      deleteAutomatedBackups: !protect,
      copyTagsToSnapshot: true,
      deletionProtection: protect,
      skipFinalSnapshot: !protect,
      finalSnapshotIdentifier: `${identifier}-final`,

      tags: this.tags(identifier),
      lifecycle: { preventDestroy: protect },
      dependsOn: [...dependsOn, monitoring.ready],
    });
    if (size) for (const problem of shrinkProblems(this, instance.friendlyUniqueId, size)) report(this, problem);
    return instance;
  }

  private noteChanges(): void {
    const { identifier, applyChanges, maintenanceWindow = 'sun:03:30-sun:04:30' } = this.props;
    note(
      this,
      applyChanges === 'now'
        ? `database '${identifier}': changes of class, Multi-AZ or version happen at once, with a short outage`
        : `database '${identifier}': changes of class, Multi-AZ or version wait for ${maintenanceWindow} UTC, and plans show them until then`,
    );
  }

  private tags(name: string) {
    return platformTags(this.props.platform, name, this.props.tags);
  }
}

const logs = ['postgresql', 'upgrade'] as const;
