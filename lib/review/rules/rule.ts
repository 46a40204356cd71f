import { at, type Block, got, type Written } from './written';

/** Something in the written stacks that a rule does not accept. */
export interface Finding {
  /** `stack: type.name`, or the stack alone. */
  readonly address: string;
  /** Path of the construct that made it. */
  readonly path: string;
  /** What is wrong and what was found. */
  readonly what: string;
}

/** What a reviewer looks for, as code. It reads what was written, so it also sees overrides and a company's own constructs. */
export interface Rule {
  /** `AWS-NET-01`; never given to another rule. */
  readonly id: string;
  /** What holds where the rule is kept. */
  readonly title: string;
  /** What happens otherwise. */
  readonly why: string;
  readonly check: (written: Written) => readonly Finding[];
}

/** What is wrong with a block; nothing where all is well. */
export type Problem = string | false | undefined;

/** Looks at each resource of some types. */
export const each =
  (types: string | readonly string[], problem: (block: Block, written: Written) => Problem | readonly Problem[]) =>
  (written: Written): Finding[] =>
    written.of(...[types].flat()).flatMap((block) => findings(block, problem(block, written)));

/** Findings of one block. */
export const findings = (
  { address, path }: Pick<Block, 'address' | 'path'>,
  problems: Problem | readonly Problem[],
): Finding[] => [problems].flat().flatMap((what) => (what ? [{ address, path, what }] : []));

/** Looks at each stack as a whole. */
export const eachStack =
  (problem: (stack: string, written: Written) => Problem | readonly Problem[]) =>
  (written: Written): Finding[] =>
    Object.keys(written.stacks).flatMap((stack) => findings({ address: stack, path: stack }, problem(stack, written)));

/** An attribute must have a value. */
export const wants = ({ attributes }: Block, key: string, value: string | number | boolean): Problem =>
  String(at(attributes, key)) !== String(value) && `${key} must be ${value}, got ${got(at(attributes, key))}`;

/** A list must hold all of some values. */
export const wantsAll = (key: string, found: readonly unknown[], wanted: readonly string[]): Problem => {
  const missing = wanted.filter((value) => !found.includes(value));
  return missing.length > 0 && `${key} must hold ${wanted.join(', ')}, got none of ${missing.join(', ')}`;
};
