import type { CommandLine } from './process';

export const builderNames = ['docker', 'podman', 'buildah'] as const;
export type BuilderName = (typeof builderNames)[number];

/** A program that builds images, with what the user adds to its command lines. */
export interface Builder {
  readonly name: BuilderName;
  /** Before the subcommand, such as `--root` of buildah. */
  readonly globalArgs: readonly string[];
  /** After the subcommand, such as `--isolation chroot` or `--tls-verify=false`. */
  readonly args: readonly string[];
}

export interface Build {
  readonly reference: string;
  readonly service: string;
  /** @default - the base that the Dockerfile names */
  readonly base?: string | undefined;
  /** Folder of the services, with their Dockerfile. */
  readonly context: string;
}

/** Exits with 0 where the builder can work: to build and push, a docker client needs its daemon; to ask a registry, not. */
export const probeLine = (name: BuilderName, use: 'images' | 'registry'): CommandLine => ({
  command: name,
  args: name === 'docker' && use === 'images' ? ['version'] : ['--version'],
});

const line = (builder: Builder, ...args: readonly string[]): CommandLine => ({
  command: builder.name,
  args: [...builder.globalArgs, ...args],
});

export function buildLine(builder: Builder, { reference, service, base, context }: Build): CommandLine {
  const values = [...(base === undefined ? [] : ['--build-arg', `BASE=${base}`]), '--build-arg', `SERVICE=${service}`];
  const subcommand = builder.name === 'buildah' ? 'bud' : 'build';
  return line(builder, subcommand, ...builder.args, ...values, '-f', `${context}/Dockerfile`, '-t', reference, context);
}

/** Docker has no `--digestfile`; it is asked afterwards, see `repoDigestsLine`. */
export function pushLine(builder: Builder, reference: string, digestFile: string): CommandLine {
  return builder.name === 'docker'
    ? line(builder, 'push', ...builder.args, reference)
    : line(builder, 'push', ...builder.args, '--digestfile', digestFile, reference);
}

/** Prints a JSON array of `repository@digest`, one for each registry that has the image. */
export const repoDigestsLine = (builder: Builder, reference: string) =>
  line(builder, 'inspect', '--format', '{{json .RepoDigests}}', reference);

/** Asks the registry for a manifest; see `isInRegistry`. */
export const inspectLine = (builder: Builder, reference: string) =>
  line(builder, 'manifest', 'inspect', ...builder.args, reference);

/** What `inspectLine` printed means that the image is there. Buildah 1.28 reads only lists of images, and says so. */
export const isInRegistry = ({ status, stderr }: { readonly status: number | null; readonly stderr: string }) =>
  status === 0 || stderr.includes('not a list type');

/** The digest of `reference` among docker's RepoDigests. */
export function digestOf(reference: string, repoDigests: string): string | undefined {
  const repository = reference.replace(/:[^:/]*$/, '');
  const digests: unknown = JSON.parse(repoDigests);
  if (!Array.isArray(digests)) return undefined;
  return digests
    .map(String)
    .find((digest) => digest.startsWith(`${repository}@`))
    ?.slice(repository.length + 1);
}
