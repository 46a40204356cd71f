import { BudgetsBudget } from '@cdktf/provider-aws/lib/budgets-budget';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { checkRendered, type RenderedStacks } from '../core/check-rendered';
import { type Problem, report } from '../core/errors';
import { note } from '../core/notes';
import { type Cost, costOf } from '../review/cost/cost';
import { cents, usd } from '../review/cost/money';
import { platformTags } from './tags';

/** What a platform may cost, and who hears of it. */
export interface BudgetSpec {
  /**
   * USD per month of 730 hours, at the on-demand prices of us-east-1, without tax: synth fails when all that the platform may
   * start costs more. AWS watches the same number.
   */
  readonly maxMonthlyUsd: number;
  /** E-mail addresses, 1 to 10 of them. */
  readonly subscribers: readonly string[];
}

export interface BudgetProps extends BudgetSpec {
  /** Name of the platform. */
  readonly platform: string;
}

/**
 * A limit for what a platform costs: at synth for what it may start at most, and an AWS budget for what it did cost. The
 * budget counts the whole account: a filter by tag counts nothing until the payer's account has activated the tag, never what
 * was spent before, and misses what carries no tags, such as traffic. Tax is left out, as at synth; credits and refunds too,
 * because they would hide what is spent.
 */
export class Budget extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: BudgetsBudget;

  constructor(scope: Construct, id: string, props: BudgetProps) {
    super(scope, id);
    const { platform, maxMonthlyUsd, subscribers } = props;
    const problems = budgetProblems(props);
    for (const problem of problems) report(this, problem);
    if (problems.length === 0) checkRendered(this, (stacks) => ceilingProblems(props, stacks));
    const name = `${platform}-monthly`;
    this.resource = new BudgetsBudget(this, 'Resource', {
      name,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      limitAmount: Token.isUnresolved(maxMonthlyUsd) ? Token.asString(maxMonthlyUsd) : String(maxMonthlyUsd),
      limitUnit: 'USD',
      costTypes: { includeCredit: false, includeRefund: false, includeTax: false },
      notification: [
        { notificationType: 'ACTUAL', threshold: 80 },
        { notificationType: 'FORECASTED', threshold: 100 },
      ].map((when) => ({
        ...when,
        comparisonOperator: 'GREATER_THAN',
        thresholdType: 'PERCENTAGE',
        subscriberEmailAddresses: [...subscribers],
      })),
      tags: platformTags(platform, name),
    });
    note(this, 'the budget counts all that its AWS account spends: give the platform an account of its own');
  }
}

/** Limits. Source: AWS Budgets API reference, NotificationWithSubscribers (1 to 10 e-mail subscribers). */
function budgetProblems({ maxMonthlyUsd, subscribers }: BudgetSpec): Problem[] {
  const problems: Problem[] = [];
  if (!Token.isUnresolved(maxMonthlyUsd) && !(Number.isFinite(maxMonthlyUsd) && maxMonthlyUsd > 0)) {
    problems.push({
      what: 'budget.maxMonthlyUsd is not an amount',
      got: String(maxMonthlyUsd),
      do: 'give USD per month, above 0',
    });
  }
  if (subscribers.length === 0) {
    problems.push({
      what: 'budget has no subscriber',
      got: '[]',
      do: 'give an e-mail address in budget.subscribers: a budget that nobody hears of guards nothing',
    });
  }
  if (subscribers.length > 10) {
    problems.push({
      what: 'budget has more than 10 subscribers',
      got: String(subscribers.length),
      do: 'use the address of a mailing list',
    });
  }
  for (const subscriber of subscribers) {
    if (Token.isUnresolved(subscriber) || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(subscriber)) continue;
    problems.push({
      what: 'subscriber of the budget is not an e-mail address',
      got: `'${subscriber}'`,
      do: 'give one in budget.subscribers',
    });
  }
  return problems;
}

/** Names of the stacks of a platform; what else is in the app may be in another account. */
const parts = ['bootstrap', 'foundation', 'operators', 'data', 'platform'];

function ceilingProblems({ platform, maxMonthlyUsd }: BudgetProps, stacks: RenderedStacks): Problem[] {
  if (Token.isUnresolved(maxMonthlyUsd)) return [];
  const own = Object.entries(stacks).filter(([name]) => parts.some((part) => name === `${platform}-${part}`));
  const cost = costOf(Object.fromEntries(own));
  if (cents(cost.ceiling) <= cents(maxMonthlyUsd)) return [];
  return [
    {
      what: `platform '${platform}' may cost more in a month than budget.maxMonthlyUsd ${usd(maxMonthlyUsd)}`,
      got: `a ceiling of ${usd(cost.ceiling)} USD, most of it ${largest(cost)}`,
      do: 'lower what may run, such as max of a pool, or raise maxMonthlyUsd',
    },
  ];
}

const largest = ({ items }: Cost) =>
  [...items]
    .sort((one, other) => other.ceiling - one.ceiling)
    .slice(0, 3)
    .map(({ what, path, ceiling }) => `${what} ${usd(ceiling)} (${path.replace(/\/Resource$/, '')})`)
    .join(', ');
