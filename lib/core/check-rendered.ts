import type { IConstruct } from 'constructs';
import { PlatformError, type Problem } from './errors';

/** The parts of cdk.tf.json that are looked at. */
export interface StackConfig {
  /** @default - the stack makes nothing */
  readonly resource?: Record<string, Record<string, Record<string, unknown>>>;
  /** @default - the stack needs none */
  readonly provider?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** All stacks of an app, by name, as Terraform will read them. */
export type RenderedStacks = Readonly<Record<string, StackConfig>>;

/** Finds what is wrong with all stacks together. */
export type RenderedCheck = (stacks: RenderedStacks) => readonly (Problem | string)[];

const checkType = 'mlops:check-rendered';

/**
 * Checks what no construct knows by itself, because it is a matter of all that was rendered: a limit for the whole, such
 * as what it costs. Runs when nothing was reported before; its problems are reported with the construct's path, and
 * nothing is published then.
 */
export function checkRendered(scope: IConstruct, check: RenderedCheck): void {
  scope.node.addMetadata(checkType, check);
}

/** Problems that checks below `root` find, each with the path of its construct. */
export function checkedProblems(root: IConstruct, stacks: RenderedStacks): string[] {
  return root.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === checkType)
      .flatMap(({ data }) => new PlatformError(...(data as RenderedCheck)(stacks)).problems)
      .map((text) => `${text} (${construct.node.path})`),
  );
}
