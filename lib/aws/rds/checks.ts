import { Token } from 'cdktf';
import type { Problem } from '../../core/errors';
import { awsNameProblems } from '../names';
import { instanceClassProblems } from './instance-class';
import { postgresVersions } from './versions';

/** What is checked of an instance before AWS would refuse it at apply. */
interface Checked {
  readonly identifier: string;
  readonly subnetIds: readonly string[];
  readonly version?: string | undefined;
  readonly instanceClass?: string | undefined;
  readonly multiAz?: boolean | undefined;
  readonly backupDays?: number | undefined;
  readonly backupWindow?: string | undefined;
  readonly maintenanceWindow?: string | undefined;
}

/** Room for what is added to an identifier: `-postgres17`, `-database`, `-final`. */
const longestIdentifier = 50;

export function instanceProblems(props: Checked): Problem[] {
  return [
    ...awsNameProblems('database', props.identifier),
    ...lengthProblems(props.identifier),
    ...versionProblems(props.version),
    ...instanceClassProblems(props.instanceClass ?? 'db.t4g.medium'),
    ...zoneProblems(props),
    ...backupProblems(props.backupDays ?? 7),
    ...windowProblems(props),
  ];
}

const lengthProblems = (identifier: string): Problem[] =>
  identifier.length <= longestIdentifier || identifier.length > 63
    ? []
    : [
        {
          what: `name of RDS instance is longer than ${longestIdentifier} characters, beyond which '-postgres17' does not fit`,
          got: `'${identifier}' (${identifier.length})`,
          do: `shorten it by ${identifier.length - longestIdentifier}`,
        },
      ];

/** Only the major version: RDS chooses the minor one, and another in each maintenance window. */
const versionProblems = (version: string | undefined): Problem[] =>
  version === undefined || (postgresVersions as readonly string[]).includes(version)
    ? []
    : [
        {
          what: 'version of Postgres is no major version that is tested with this library',
          got: `'${version}'`,
          do: `use ${postgresVersions.map((one) => `'${one}'`).join(', ')}`,
        },
      ];

/** A list that is known at apply only is AWS's to check. */
function zoneProblems({ subnetIds, multiAz, identifier }: Checked): Problem[] {
  if (Token.isUnresolved(subnetIds) || new Set(subnetIds).size >= 2) return [];
  const what = multiAz
    ? `Multi-AZ of database '${identifier}' needs subnets in two zones`
    : `database '${identifier}' needs subnets in two zones, although it runs in one`;
  return [{ what, got: subnetIds.length === 0 ? 'none' : subnetIds.join(', '), do: 'give the network another zone' }];
}

const backupProblems = (days: number): Problem[] =>
  Number.isInteger(days) && days >= 1 && days <= 35
    ? []
    : [{ what: 'backupDays is a whole number from 1 to 35', got: `${days}`, do: 'give 7, or 30 for production' }];

const time = '([01]\\d|2[0-3]):[0-5]\\d';
const day = '(mon|tue|wed|thu|fri|sat|sun)';

function windowProblems({ backupWindow, maintenanceWindow }: Checked): Problem[] {
  const wrong = (what: string, got: string | undefined, pattern: RegExp, example: string): Problem[] =>
    got === undefined || pattern.test(got) ? [] : [{ what, got: `'${got}'`, do: `write it as '${example}'` }];
  return [
    ...wrong('backupWindow is a daily span in UTC', backupWindow, new RegExp(`^${time}-${time}$`), '02:00-03:00'),
    ...wrong(
      'maintenanceWindow is a weekly span in UTC',
      maintenanceWindow,
      new RegExp(`^${day}:${time}-${day}:${time}$`),
      'sun:03:30-sun:04:30',
    ),
  ];
}
