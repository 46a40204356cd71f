import { ProgramError } from '../../kit/errors';

/** What a server is asked to serve: the version that an alias points to, or one version for good. */
export interface ModelUri {
  readonly text: string;
  readonly name: string;
  /** Exactly one of the two is there. */
  readonly alias?: string | undefined;
  readonly version?: string | undefined;
}

/** @throws ProgramError when it is neither `models:/NAME@ALIAS` nor `models:/NAME/VERSION` */
export function modelUriOf(text: string): ModelUri {
  const [, name, alias, version] = /^models:\/([^/@]+)(?:@([^/@]+)|\/(\d+))$/.exec(text) ?? [];
  if (name === undefined)
    throw new ProgramError(
      `the model's URI cannot be served, got '${text}'; give models:/NAME@ALIAS or models:/NAME/VERSION`,
    );
  return { text, name, alias, version };
}
