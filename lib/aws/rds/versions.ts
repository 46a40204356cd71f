/** Major versions of Postgres; RDS chooses the minor one, and changes it in the maintenance window. */
export const postgresVersions = ['15', '16', '17'] as const;

export type PostgresVersion = (typeof postgresVersions)[number];
