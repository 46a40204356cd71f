import { clusterRules } from './aws-cluster';
import { databaseRules } from './aws-database';
import { iamRules } from './aws-iam';
import { keyRules } from './aws-keys';
import { networkRules } from './aws-network';
import { nodeRules } from './aws-nodes';
import { storageRules } from './aws-storage';
import { namespaceRules } from './kubernetes-namespaces';
import { operatorRules } from './kubernetes-operators';
import { podRules } from './kubernetes-pods';
import { workloadRules } from './kubernetes-workloads';
import type { Finding, Rule } from './rule';
import { terraformRules } from './terraform';
import { type Stacks, Written } from './written';

/** What a reviewer of a platform looks for, by area. docs/review-rules.md lists them. */
export const rules: readonly Rule[] = [
  ...terraformRules,
  ...networkRules,
  ...clusterRules,
  ...nodeRules,
  ...storageRules,
  ...databaseRules,
  ...keyRules,
  ...iamRules,
  ...podRules,
  ...namespaceRules,
  ...workloadRules,
  ...operatorRules,
];

/** A finding with the rule that made it. */
export interface Violation extends Finding {
  readonly rule: Rule;
}

/** What the rules find in the written stacks of a platform. */
export function violations(stacks: Stacks, chosen: readonly Rule[] = rules): Violation[] {
  const written = new Written(stacks);
  return chosen.flatMap((rule) => rule.check(written).map((finding) => ({ ...finding, rule })));
}

/** The table of docs/review-rules.md. */
export const ruleTable = (): string =>
  [
    '| rule | holds | because |',
    '|---|---|---|',
    ...rules.map(({ id, title, why }) => `| ${id} | ${title} | ${why.replaceAll('|', '\\|')} |`),
  ].join('\n');
