/** What a tool does not accept, in which written stack. */
export interface Finding {
  /** The tool's own id of the check. */
  readonly check: string;
  /** `<example>/<stack>`. */
  readonly stack: string;
  /** Name of the Terraform resource, without its type. */
  readonly resource: string;
  readonly text: string;
}

/** A finding that is accepted. */
export interface Skip {
  readonly check: string;
  /** Where: `<example>/<stack>: <start of the resource's name>`. Each must be found, else it is in the way of the next one. */
  readonly where: readonly string[];
  /** What may happen. */
  readonly risk: string;
  /** What a user changes to get the other behaviour, as it is called in lib. */
  readonly prop: string;
  /** Source file in which that stands. */
  readonly file: string;
}

export const mostSkips = 10;

export interface Judgement {
  readonly accepted: readonly Finding[];
  readonly refused: readonly Finding[];
  /** What is wrong with the skips themselves. */
  readonly faults: readonly string[];
}

const covers = (skip: Skip, where: string, { check, stack, resource }: Finding) =>
  skip.check === check && `${stack}: ${resource}`.startsWith(where);

/**
 * Divides findings by the skips.
 * @param source text of a source file, undefined where there is none
 */
export function judge(
  findings: readonly Finding[],
  skips: readonly Skip[],
  source: (file: string) => string | undefined,
): Judgement {
  const isAccepted = (finding: Finding) =>
    skips.some((skip) => skip.where.some((where) => covers(skip, where, finding)));
  return {
    accepted: findings.filter(isAccepted),
    refused: findings.filter((finding) => !isAccepted(finding)),
    faults: [
      ...(skips.length > mostSkips ? [`at most ${mostSkips} skips, got ${skips.length}`] : []),
      ...skips.flatMap((skip) => skipFaults(skip, findings, source(skip.file))),
    ],
  };
}

function skipFaults(skip: Skip, findings: readonly Finding[], source: string | undefined): string[] {
  const prop = skip.prop.split('.').at(-1) ?? '';
  return [
    ...skip.where
      .filter((where) => !findings.some((finding) => covers(skip, where, finding)))
      .map((where) => `skip ${skip.check}: nothing is found any more at '${where}'`),
    ...(skip.where.length === 0 ? [`skip ${skip.check} names no place`] : []),
    ...(skip.risk.length < 20 ? [`skip ${skip.check} names no risk`] : []),
    ...(source === undefined ? [`skip ${skip.check}: there is no file ${skip.file}`] : []),
    ...(source !== undefined && !new RegExp(`\\b${prop}\\b`).test(source)
      ? [`skip ${skip.check}: ${skip.file} has no '${prop}'`]
      : []),
  ];
}
