import { eachStack, type Finding, findings, type Rule } from './rule';
import { at, type Block, got, isTrue, list, references, strings, type Written } from './written';

/** cdktf writes a number token in a text as this number. */
const brokenNumber = /-?\d\.\d+e\+2\d\d/i;

/** Types whose destruction loses what somebody keeps, or the key that it is encrypted with. */
const dataHolders = ['aws_s3_bucket', 'aws_db_instance', 'aws_kms_key'];
const keepers = ['aws_s3_bucket', 'aws_db_instance'];

const backendOf = (written: Written, stack: string): readonly [string, unknown] | undefined =>
  Object.entries((at(written.stacks[stack], 'terraform.backend') ?? {}) as object)[0];

const stateOf = (written: Written, stack: string) => {
  const [kind, config] = backendOf(written, stack) ?? ['none', {}];
  return `${kind} ${['bucket', 'key', 'path'].map((key) => at(config, key) ?? '').join(' ')}`;
};

/** Attributes that hold a secret in clear, in the state and in every plan. */
const clearSecret =
  /^(password|master_password|secret_string|secret_binary|auth_token|private_key|secret_key|access_key)$/;

/** What holds for every stack, whatever its target. */
export const terraformRules: readonly Rule[] = [
  {
    id: 'TF-01',
    title: 'A stack asks for Terraform 1.11 or later',
    why: 'an older one does not know write-only attributes and ephemeral values, which keep secrets out of the state',
    check: eachStack((stack, { stacks }) => {
      const version = at(stacks[stack], 'terraform.required_version');
      const [, minor] = /^>= 1\.(\d+)/.exec(String(version)) ?? [];
      return Number(minor ?? 0) < 11 && `required_version must be >= 1.11, got ${got(version)}`;
    }),
  },
  {
    id: 'TF-02',
    title: 'Providers are pinned to one version',
    why: 'another version plans other changes, on the day of a hurried fix',
    check: eachStack((stack, { stacks }) =>
      Object.entries((at(stacks[stack], 'terraform.required_providers') ?? {}) as object).map(
        ([name, provider]) =>
          !/^\d+\.\d+\.\d+$/.test(String(at(provider, 'version'))) &&
          `provider ${name} must have one version, got ${got(at(provider, 'version'))}`,
      ),
    ),
  },
  {
    id: 'TF-03',
    title: 'No stack reads the state of another',
    why: 'it would hold the secrets of both in clear, and no change could be planned before the other is applied',
    check: ({ lookups }) =>
      lookups
        .filter(({ type }) => type === 'terraform_remote_state')
        .flatMap((block) => findings(block, 'it reads the state of another stack, got terraform_remote_state')),
  },
  {
    id: 'TF-04',
    title: 'Expressions name what their own stack has',
    why: 'a token of another stack, or of nothing, fails in plan or reaches a cluster as text',
    check: (written) =>
      [...written.resources, ...written.lookups].flatMap((block) => {
        const there = new Set(written.named(block, block.attributes).map(({ address }) => address));
        return findings(
          block,
          [
            ...references(block.attributes).filter((reference) => !there.has(`${block.stack}: ${reference}`)),
            ...strings(block.attributes).flatMap((text) => text.match(/TfToken\[[^\]]*\]|cross-stack-[\w-]+/g) ?? []),
          ].map((reference) => `an expression must name what the stack has, got ${reference}`),
        );
      }),
  },
  {
    id: 'TF-05',
    title: 'No text holds a number token',
    why: 'cdktf writes it as -8.1e+298 without an error',
    check: (written) =>
      written.resources.flatMap((block) => {
        const [found] = JSON.stringify(block.attributes).match(brokenNumber) ?? [];
        return findings(block, found && `a text holds a number token, got ${found}`);
      }),
  },
  {
    id: 'TF-06',
    title: 'A state in a bucket is locked, and encrypted by the key of the bucket',
    why: 'two applies at once leave half of each; encrypt without a key asks for AES256, which goes before the default key of the bucket',
    check: eachStack((stack, written) => {
      const [kind, config] = backendOf(written, stack) ?? [];
      if (kind !== 's3') return undefined;
      return [
        !isTrue(at(config, 'use_lockfile')) &&
          `backend s3 must have use_lockfile: true, got ${got(at(config, 'use_lockfile'))}`,
        isTrue(at(config, 'encrypt')) && !at(config, 'kms_key_id') && 'encrypt must come with kms_key_id, got none',
      ];
    }),
  },
  {
    id: 'TF-07',
    title: 'Each stack has a state of its own',
    why: 'with a shared one, applying one stack destroys the other',
    check: eachStack((stack, written) => {
      const names = Object.keys(written.stacks);
      const first = names.find((other) => stateOf(written, other) === stateOf(written, stack));
      return first !== stack && `the state is that of ${first}, got ${stateOf(written, stack).trim()}`;
    }),
  },
  {
    id: 'TF-08',
    title: 'A local state has a relative path',
    why: 'an absolute one differs per machine: the next one starts with an empty state and makes everything twice',
    check: eachStack((stack, written) => {
      const [kind, config] = backendOf(written, stack) ?? [];
      const path = String(at(config, 'path') ?? '');
      return kind === 'local' && !path.startsWith('.') && `the path of a local state must be relative, got '${path}'`;
    }),
  },
  {
    id: 'TF-09',
    title: 'No attribute holds a secret',
    why: 'it stands in clear in the state, in plans and in logs of CI',
    check: ({ resources }) => resources.flatMap((block) => findings(block, secretsIn(block.attributes))),
  },
  {
    id: 'TF-10',
    title: 'What holds data is never destroyed by a plan',
    why: 'a changed name or a removed line would take the data with it',
    check: (written) =>
      written
        .of(...dataHolders)
        .flatMap((block) =>
          findings(
            block,
            !isTrue(at(block.attributes, 'lifecycle.prevent_destroy')) &&
              `lifecycle.prevent_destroy must be true, got ${got(at(block.attributes, 'lifecycle.prevent_destroy'))}`,
          ),
        ),
  },
  {
    id: 'TF-11',
    title: 'Data lives in the stacks for data',
    why: 'the others may be destroyed at any time, and moving a resource to another state is handwork',
    check: (written) =>
      written
        .of(...keepers)
        .flatMap((block) =>
          findings(
            block,
            !/(^|-)(data|bootstrap)$/.test(block.stack) && `it must be in the data stack, got ${block.stack}`,
          ),
        ),
  },
  {
    id: 'TF-12',
    title: 'A generated password goes to one place',
    why: 'it differs in every run: with two places, an interrupted apply leaves them apart',
    check: (written) => {
      const users = new Map<string, Block[]>();
      for (const block of written.resources)
        for (const [reference] of JSON.stringify(block.attributes).matchAll(/ephemeral\.[\w-]+\.[\w-]+/g)) {
          const key = `${block.stack} ${reference}`;
          users.set(key, [...(users.get(key) ?? []), block]);
        }
      return [...users].flatMap(([key, blocks]): Finding[] =>
        blocks
          .slice(1)
          .flatMap((block) => findings(block, `an ephemeral password must have one place, got another of ${key}`)),
      );
    },
  },
];

function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(clearSecret.test(key) && list(inner).length > 0 ? [`${key} must not be given, got ${typeof inner}`] : []),
    // a write-only attribute is neither in the state nor in the plan; `values` is where a secret is kept
    ...(key.endsWith('_wo') ? [] : secretsIn(inner)),
  ]);
}
