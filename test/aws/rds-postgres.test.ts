import { existsSync, readFileSync } from 'node:fs';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { TerraformOutput, TerraformStack } from 'cdktf';
import { certificateProblems } from '../../lib/aws/rds/certificate';
import { instanceClassProblems, rdsInstanceClasses } from '../../lib/aws/rds/instance-class';
import { RdsPostgres, type RdsPostgresProps } from '../../lib/aws/rds/postgres';
import { isSecretOffer } from '../../lib/core/secret-offer';
import { PlatformApp, PlatformError } from '../../lib/index';
import { newFolder, problemsOf, synthesized } from '../harness/synth';

const region = 'eu-central-1';
/** Made for this test, named as RDS's own authority of the region. */
const caCertificate = `-----BEGIN CERTIFICATE-----
MIIBwjCCAWegAwIBAgIUNbSWX9kXZikZMMi1WuFpq1t2mKowCgYIKoZIzj0EAwIw
NTEzMDEGA1UEAwwqQW1hem9uIFJEUyBldS1jZW50cmFsLTEgUm9vdCBDQSBSU0Ey
MDQ4IEcxMCAXDTI2MTEyMjIwMDEwMFoYDzIxMjYxMDI5MjAwMTAwWjA1MTMwMQYD
VQQDDCpBbWF6b24gUkRTIGV1LWNlbnRyYWwtMSBSb290IENBIFJTQTIwNDggRzEw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATSeX0qD9K+pUmmoVjW6T/F6wfBOx6g
yTCUap7tMZdlpOm43RFuOGhZIgX1q1ogdYWy6saLgClCEE7lNHb7FyVvo1MwUTAd
BgNVHQ4EFgQU3Z5twceDDywjz8NDqefmjv+iSxEwHwYDVR0jBBgwFoAU3Z5twceD
Dywjz8NDqefmjv+iSxEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBG
AiEArmIpnltqVpKOwt6wMbF5jJCTCtbP1JGi5uzXK/xGqmgCIQDJcG7EC0ynICe7
wjEBDTPZDV8eTBuKBwRFiBW7/bybzg==
-----END CERTIFICATE-----`;
const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/1234';
const props: RdsPostgresProps = {
  platform: 'acme',
  identifier: 'acme-postgres',
  region,
  vpcId: 'vpc-1',
  subnetIds: ['subnet-a', 'subnet-b'],
  nodeSecurityGroupId: 'sg-nodes',
  keyArn,
  caCertificate,
};

// biome-ignore lint/suspicious/noExplicitAny: rendered JSON
type Json = any;

function newStack(app: PlatformApp, id = 'data'): TerraformStack {
  const stack = new TerraformStack(app, id);
  new AwsProvider(stack, 'Aws', { region });
  return stack;
}
const build = (changes: Partial<RdsPostgresProps>) => (app: PlatformApp) => {
  new RdsPostgres(newStack(app), 'Postgres', { ...props, ...changes });
};
const rendered = (changes: Partial<RdsPostgresProps> = {}): Json => synthesized(build(changes)).resources('data');
const problems = (changes: object) => problemsOf(build(changes));
const only = (resources: Json, type: string): Json => {
  const entries = Object.entries<Json>(resources[type] ?? {});
  expect(entries).toHaveLength(1);
  const [[name, { '//': _, ...attributes }]] = entries as [[string, Json]];
  return { name, attributes };
};
const instance = (changes: Partial<RdsPostgresProps> = {}) => only(rendered(changes), 'aws_db_instance').attributes;

test('the instance: encrypted, backed up, private, its password kept by RDS, never destroyed', () => {
  const resources = rendered();
  const ref = (type: string, attribute: string) => `\${${type}.${only(resources, type).name}.${attribute}}`;
  const { depends_on: dependsOn, ...attributes } = only(resources, 'aws_db_instance').attributes;
  expect(attributes).toEqual({
    identifier: 'acme-postgres',
    engine: 'postgres',
    engine_version: '17',
    engine_lifecycle_support: 'open-source-rds-extended-support-disabled',
    auto_minor_version_upgrade: true,
    allow_major_version_upgrade: false,
    instance_class: 'db.t4g.medium',
    multi_az: false,
    apply_immediately: false,
    backup_window: '02:00-03:00',
    maintenance_window: 'sun:03:30-sun:04:30',
    storage_type: 'gp3',
    allocated_storage: 50,
    max_allocated_storage: 250,
    storage_encrypted: true,
    kms_key_id: keyArn,
    username: 'mlops_admin',
    manage_master_user_password: true,
    master_user_secret_kms_key_id: keyArn,
    db_subnet_group_name: ref('aws_db_subnet_group', 'name'),
    vpc_security_group_ids: [ref('aws_security_group', 'id')],
    port: 5432,
    publicly_accessible: false,
    ca_cert_identifier: 'rds-ca-rsa2048-g1',
    parameter_group_name: ref('aws_db_parameter_group', 'name'),
    database_insights_mode: 'standard',
    performance_insights_enabled: true,
    performance_insights_retention_period: 7,
    performance_insights_kms_key_id: keyArn,
    enabled_cloudwatch_logs_exports: ['postgresql', 'upgrade'],
    monitoring_interval: 60,
    monitoring_role_arn: ref('aws_iam_role', 'arn'),
    iam_database_authentication_enabled: true,
    backup_retention_period: 7,
    delete_automated_backups: false,
    copy_tags_to_snapshot: true,
    deletion_protection: true,
    skip_final_snapshot: false,
    final_snapshot_identifier: 'acme-postgres-final',
    tags: { Name: 'acme-postgres', 'mlops-constructs/platform': 'acme' },
    lifecycle: { prevent_destroy: true },
  });
  const before = ['aws_cloudwatch_log_group', 'aws_iam_role_policy_attachment'];
  expect(dependsOn).toEqual(before.flatMap((type) => Object.keys(resources[type]).map((name) => `${type}.${name}`)));
});

test('RDS itself, for this database only, may write the metrics of its operating system', () => {
  const role = only(rendered(), 'aws_iam_role').attributes;
  const account = '${data.aws_caller_identity.Account.account_id}';
  expect(role.name).toBe('acme-postgres-monitoring');
  expect(JSON.parse(role.assume_role_policy).Statement).toEqual([
    {
      Sid: 'EnhancedMonitoring',
      Effect: 'Allow',
      Principal: { Service: 'monitoring.rds.amazonaws.com' },
      Action: ['sts:AssumeRole'],
      Condition: {
        StringEquals: { 'aws:SourceAccount': account },
        StringLike: { 'aws:SourceArn': `arn:aws:rds:eu-central-1:${account}:db:acme-postgres` },
      },
    },
  ]);
});

test('only the nodes of the cluster come in, on its port, and nothing goes out', () => {
  const resources = rendered();
  const group = only(resources, 'aws_security_group');
  expect(group.attributes).toEqual({
    name: 'acme-postgres-database',
    description: 'Clients of acme-postgres',
    vpc_id: 'vpc-1',
    tags: { Name: 'acme-postgres-database', 'mlops-constructs/platform': 'acme' },
  });
  expect(only(resources, 'aws_vpc_security_group_ingress_rule').attributes).toEqual({
    security_group_id: `\${aws_security_group.${group.name}.id}`,
    description: 'Postgres from the nodes of the cluster',
    referenced_security_group_id: 'sg-nodes',
    ip_protocol: 'tcp',
    from_port: 5432,
    to_port: 5432,
    tags: { Name: 'acme-postgres-from-nodes', 'mlops-constructs/platform': 'acme' },
  });
  expect(resources.aws_vpc_security_group_egress_rule).toBeUndefined();
});

test('TLS is forced, whatever parameters are given; each major version has its own group', () => {
  const group = (changes: Partial<RdsPostgresProps>) => only(rendered(changes), 'aws_db_parameter_group').attributes;
  const forced = { name: 'rds.force_ssl', value: '1', apply_method: 'pending-reboot' };
  expect(group({})).toMatchObject({
    name: 'acme-postgres-postgres17',
    family: 'postgres17',
    parameter: [forced],
    lifecycle: { create_before_destroy: true },
  });
  const parameters = { 'rds.force_ssl': '0', work_mem: '65536' };
  expect(group({ version: '16', parameters })).toMatchObject({
    name: 'acme-postgres-postgres16',
    family: 'postgres16',
    parameter: [forced, { name: 'work_mem', value: '65536', apply_method: 'immediate' }],
  });
});

test('logs are kept for a year, with the key that CloudWatch may use', () => {
  const groups = (changes: Partial<RdsPostgresProps>) =>
    Object.values<Json>(rendered(changes).aws_cloudwatch_log_group).map((group) => [
      group.name,
      group.retention_in_days,
      group.kms_key_id,
    ]);
  const names = ['/aws/rds/instance/acme-postgres/postgresql', '/aws/rds/instance/acme-postgres/upgrade'];
  expect(groups({})).toEqual(names.map((name) => [name, 365, undefined]));
  expect(groups({ logsKeyArn: 'arn:logs' })).toEqual(names.map((name) => [name, 365, 'arn:logs']));
});

test('data may go where the user says so, without a snapshot that would stand in the way of the next one', () => {
  expect(instance({ protect: false })).toMatchObject({
    deletion_protection: false,
    skip_final_snapshot: true,
    delete_automated_backups: true,
    lifecycle: { prevent_destroy: false },
  });
});

/**
 * Of what we set. Source: "Forces new resource" in the documentation of provider 6.25 and ForceNew in its
 * internal/service/rds/instance.go; AWS itself never changes the key of insights.
 */
const replaces: Readonly<Record<string, readonly string[]>> = {
  aws_db_instance: [
    'engine',
    'identifier',
    'kms_key_id',
    'storage_encrypted',
    'username',
    'performance_insights_kms_key_id',
  ],
  aws_db_subnet_group: ['name'],
  aws_db_parameter_group: ['name', 'family', 'description'],
  aws_security_group: ['name', 'description', 'vpc_id'],
  aws_vpc_security_group_ingress_rule: ['security_group_id'],
  aws_cloudwatch_log_group: ['name'],
  aws_iam_role: ['name'],
  aws_iam_role_policy_attachment: ['role', 'policy_arn'],
};

const fixed = (resources: Json) =>
  Object.entries<Json>(resources).flatMap(([type, byName]) =>
    Object.entries<Json>(byName).map(([name, attributes]) => [
      `${type}.${name}`,
      (replaces[type] ?? []).map((key) => attributes[key]),
    ]),
  );

test('growing changes no address and nothing that forces a replacement', () => {
  const small = rendered();
  const grown: Partial<RdsPostgresProps> = {
    instanceClass: 'db.m7g.large',
    multiAz: true,
    backupDays: 30,
    storage: '200 GiB',
    maxStorage: '2000 GiB',
    subnetIds: ['subnet-a', 'subnet-b', 'subnet-c'],
    applyChanges: 'now',
    parameters: { work_mem: '65536' },
  };
  const big = rendered(grown);
  expect(fixed(big)).toEqual(fixed(small));
  expect(only(big, 'aws_db_instance').attributes).toMatchObject({
    instance_class: 'db.m7g.large',
    multi_az: true,
    backup_retention_period: 30,
    allocated_storage: 200,
    max_allocated_storage: 2000,
    apply_immediately: true,
  });
  expect(Object.keys(small).sort()).toEqual(Object.keys(replaces).sort());
});

test('another major version replaces the parameter group only', () => {
  const changed = (changes: Partial<RdsPostgresProps>) => new Map(fixed(rendered(changes)) as [string, unknown][]);
  const before = changed({ version: '16' });
  const after = changed({ version: '17', majorUpgrade: true });
  expect([...after.keys()]).toEqual([...before.keys()]);
  const replaced = [...after].filter(
    ([address, value]) => JSON.stringify(value) !== JSON.stringify(before.get(address)),
  );
  expect(replaced.map(([address]) => address.split('.')[0])).toEqual(['aws_db_parameter_group']);
});

test('links: a database by its role, and the admin, with places of passwords and no value', () => {
  synthesized((app) => {
    const postgres = new RdsPostgres(newStack(app), 'Postgres', { ...props, cidrs: ['10.0.48.0/20'] });
    const link = postgres.database('registry');
    const place = { port: '5432', sslMode: 'verify-full', caCertificate };
    expect(link.values).toEqual({
      ...place,
      host: expect.stringMatching(/^\$\{TfToken\[TOKEN\.\d+\]\}$/),
      database: 'acme_registry',
      user: 'acme_registry',
    });
    expect(link.destination).toEqual({ kind: 'addresses', cidrs: ['10.0.48.0/20'], port: 5432 });
    const refs = (offers: typeof link.offers) => offers.filter(isSecretOffer).map((offer) => offer.refs('registry'));
    expect(refs(link.offers)).toEqual([{ password: { secretName: 'postgres-registry', key: 'password' } }]);
    const admin = postgres.admin();
    expect(admin.values).toMatchObject({ ...place, database: 'postgres', user: 'mlops_admin' });
    expect(refs(admin.offers)).toEqual([{ password: { secretName: 'postgres-admin', key: 'password' } }]);
  });
});

test('a later stack finds the server by its name, and reads no state', () => {
  const { outdir } = synthesized((app) => {
    build({})(app);
    const stack = newStack(app, 'platform');
    const postgres = RdsPostgres.fromName(stack, 'Postgres', {
      platform: 'acme',
      identifier: 'acme-postgres',
      region,
      caCertificate,
    });
    new TerraformOutput(stack, 'Host', { value: postgres.database('registry').values.host });
  });
  const stack: Json = JSON.parse(readFileSync(`${outdir}/stacks/platform/cdk.tf.json`, 'utf8'));
  const found = only(stack.data, 'aws_db_instance');
  expect(found.attributes).toEqual({ db_instance_identifier: 'acme-postgres' });
  expect(stack.output.Host.value).toBe(`\${data.aws_db_instance.${found.name}.address}`);
  expect(stack.data.terraform_remote_state).toBeUndefined();
});

test('a made server is known by reference, and so is the secret of its admin', () => {
  const { outdir } = synthesized((app) => {
    const stack = newStack(app);
    const postgres = new RdsPostgres(stack, 'Postgres', props);
    new TerraformOutput(stack, 'Secret', { value: postgres.adminSecretArn });
    new TerraformOutput(stack, 'Host', { value: postgres.database('registry').values.host });
  });
  const stack: Json = JSON.parse(readFileSync(`${outdir}/stacks/data/cdk.tf.json`, 'utf8'));
  const { name } = only(stack.resource, 'aws_db_instance');
  expect(stack.output.Host.value).toBe(`\${aws_db_instance.${name}.address}`);
  expect(stack.output.Secret.value).toBe(`\${aws_db_instance.${name}.master_user_secret[0].secret_arn}`);
});

test('what AWS refuses at apply only, all at once', () => {
  expect(
    problems({
      identifier: 'acme--postgres',
      instanceClass: 'db.m7g.medium',
      subnetIds: ['subnet-a', 'subnet-a'],
      multiAz: true,
      backupDays: 0,
      backupWindow: '2am',
      maintenanceWindow: 'sunday',
      storage: '10 GiB',
      maxStorage: '10 GiB',
    }),
  ).toEqual([
    "name of RDS instance has characters that AWS refuses, got 'acme--postgres'; use lower-case letters, digits and dashes, starting with a letter and ending with a letter or digit (data/Postgres)",
    "RDS has no such instance class for Postgres, got 'db.m7g.medium'; use 'db.m7g.large', 'db.m7g.xlarge', 'db.m7g.2xlarge', 'db.m7g.4xlarge', 'db.m7g.8xlarge', 'db.m7g.12xlarge', 'db.m7g.16xlarge' (data/Postgres)",
    "Multi-AZ of database 'acme--postgres' needs subnets in two zones, got subnet-a, subnet-a; give the network another zone (data/Postgres)",
    'backupDays is a whole number from 1 to 35, got 0; give 7, or 30 for production (data/Postgres)',
    "backupWindow is a daily span in UTC, got '2am'; write it as '02:00-03:00' (data/Postgres)",
    "maintenanceWindow is a weekly span in UTC, got 'sunday'; write it as 'sun:03:30-sun:04:30' (data/Postgres)",
    "storage of a database is whole GiB, from 20 to 65536, got 10 GiB; give at least '20 GiB' (data/Postgres)",
    "maxStorage of a database is whole GiB, a tenth or more above storage and at most 65536, got 10 GiB with storage 10 GiB; give at least '11 GiB' (data/Postgres)",
  ]);
  expect(problems({ subnetIds: ['subnet-a'] })).toEqual([
    "database 'acme-postgres' needs subnets in two zones, although it runs in one, got subnet-a; give the network another zone (data/Postgres)",
  ]);
  expect(problems({ identifier: `acme-${'x'.repeat(46)}` })).toEqual([
    `name of RDS instance is longer than 50 characters, beyond which '-postgres17' does not fit, got 'acme-${'x'.repeat(46)}' (51); shorten it by 1 (data/Postgres)`,
  ]);
  expect(problems({ storage: '50' })).toEqual([
    "memory needs a positive number and a unit, got '50'; write it as '20 GiB' or '512 MiB' (data/Postgres)",
  ]);
});

test('classes: the presets have theirs, EC2 names are not classes', () => {
  expect(rdsInstanceClasses).toEqual(expect.arrayContaining(['db.t4g.medium', 'db.m7g.large']));
  expect(instanceClassProblems('m9z.huge')).toEqual([
    {
      what: 'RDS has no such instance class for Postgres',
      got: "'m9z.huge'",
      do: "use 'db.t4g.medium', 'db.m7g.large', 'db.r7g.large'",
    },
  ]);
});

test('certificates: none, not any, another region, too long for a variable', () => {
  const at = 'https://truststore.pki.rds.amazonaws.com/eu-central-1/eu-central-1-bundle.pem';
  const { caCertificate: _, ...rest } = props;
  expect(problemsOf((app) => new RdsPostgres(newStack(app), 'Postgres', rest))).toEqual([
    `clients cannot check the certificate of RDS, got no caCertificate; give the text of ${at} (data/Postgres)`,
  ]);
  expect(problems({ caCertificate: 'rds.pem' })).toEqual([
    `caCertificate is not a list of PEM certificates, got 'rds.pem'; give the text of ${at} (data/Postgres)`,
  ]);
  expect(problems({ caCertificate: caCertificate.repeat(250) })).toEqual([
    `caCertificate does not fit into an environment variable (128 KiB), got ${Math.ceil((caCertificate.length * 250) / 1024)} KiB; give the text of ${at} (data/Postgres)`,
  ]);
  expect(certificateProblems(caCertificate, 'us-east-1')).toEqual([
    {
      what: "caCertificate has no 'Amazon RDS us-east-1 Root CA RSA2048 G1', which signs the server's",
      got: 'Amazon RDS eu-central-1 Root CA RSA2048 G1',
      do: 'give the text of https://truststore.pki.rds.amazonaws.com/us-east-1/us-east-1-bundle.pem',
    },
  ]);
  synthesized((app) => {
    const link = new RdsPostgres(newStack(app), 'Postgres', { ...rest, sslMode: 'require' }).database('registry');
    expect(link.values.sslMode).toBe('require');
  });
});

test('a volume that is smaller than what the last synth wrote', () => {
  const outdir = newFolder();
  const synth = (storage: '50 GiB' | '100 GiB') => {
    const app = new PlatformApp({ outdir });
    build({ storage })(app);
    app.synth();
  };
  synth('50 GiB');
  synth('100 GiB');
  const file = `${outdir}/stacks/data/cdk.tf.json`;
  expect(existsSync(file)).toBe(true);
  expect(() => synth('50 GiB')).toThrow(
    new PlatformError(
      `the volume of a database never shrinks, got 50 GiB after 100 GiB; keep storage at '100 GiB', or remove ${file} if that was never applied (data/Postgres)`,
    ),
  );
  synth('100 GiB');
});

test('a note says when changes happen', () => {
  const notes = (changes: Partial<RdsPostgresProps>) =>
    JSON.parse(readFileSync(`${synthesized(build(changes)).outdir}/review.json`, 'utf8')).notes.map(
      ({ text }: Json) => text,
    );
  expect(notes({})).toEqual([
    "database 'acme-postgres': changes of class, Multi-AZ or version wait for sun:03:30-sun:04:30 UTC, and plans show them until then",
  ]);
  expect(notes({ applyChanges: 'now' })).toEqual([
    "database 'acme-postgres': changes of class, Multi-AZ or version happen at once, with a short outage",
  ]);
});

/** Never run: these must not compile. */
export const typeTests = (app: PlatformApp) => {
  // @ts-expect-error no such class
  new RdsPostgres(app, 'A', { ...props, instanceClass: 'db.m7g.medium' });
  // @ts-expect-error a class of EC2
  new RdsPostgres(app, 'B', { ...props, instanceClass: 'm7g.large' });
  // @ts-expect-error a major version only
  new RdsPostgres(app, 'C', { ...props, version: '17.2' });
  // @ts-expect-error no unit
  new RdsPostgres(app, 'D', { ...props, storage: '100' });
  // @ts-expect-error RDS forces TLS
  new RdsPostgres(app, 'E', { ...props, sslMode: 'disable' });
  // @ts-expect-error a boolean says less
  new RdsPostgres(app, 'F', { ...props, applyChanges: true });
};
