import type { Construct, IConstruct } from 'constructs';
import { fromRegistry } from '../operators/image-registry';
import { Operator } from '../operators/operator';
import type { OperatorSpec } from '../operators/spec';
import type { EksByName } from './eks/by-name';
import type { NamedGrant } from './iam/statement';

export interface InstallOptions {
  /**
   * What its service account may do in AWS.
   * @default - it needs no rights there
   */
  readonly grants?: readonly NamedGrant[] | undefined;
  /**
   * What it must find when it starts.
   * @default - nothing
   */
  readonly startsAfter?: readonly IConstruct[] | undefined;
  /**
   * Labels of its namespace.
   * @default - none
   */
  readonly namespaceLabels?: Readonly<Record<string, string>> | undefined;
}

/** Puts one operator into the stack, with a role of its own where it needs rights. */
export type Install = (id: string, operator: OperatorSpec, options?: InstallOptions) => Operator;

export const installInto =
  (scope: Construct, platform: string, cluster: EksByName, imageRegistry?: string | undefined): Install =>
  (id, operator, { grants, ...rest } = {}) =>
    new Operator(scope, id, {
      cluster,
      platform,
      operator: fromRegistry(operator, imageRegistry),
      identity: grants && addIdentity(scope, id, cluster, operator, grants),
      ...rest,
    });

function addIdentity(
  scope: Construct,
  id: string,
  cluster: EksByName,
  { chart, serviceAccount = chart.name }: OperatorSpec,
  grants: readonly NamedGrant[],
) {
  const identity = cluster.addChartIdentity(scope, `${id}Identity`, {
    name: serviceAccount,
    namespace: chart.namespace,
  });
  for (const { name, ...grant } of grants) identity.allow(name, grant);
  return identity;
}
