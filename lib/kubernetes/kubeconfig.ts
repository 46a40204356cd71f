import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Problem } from '../core/errors';

const named = <T extends z.ZodType>(key: string, schema: T) =>
  z.array(z.looseObject({ name: z.string(), [key]: schema }));
const schema = z.looseObject({
  'current-context': z.string().optional(),
  contexts: named('context', z.looseObject({ cluster: z.string(), user: z.string() })),
  users: z
    .array(
      z.looseObject({
        name: z.string(),
        user: z
          .looseObject({ 'client-certificate-data': z.string().optional(), token: z.string().optional() })
          .nullish(),
      }),
    )
    .optional(),
});

/**
 * What would stop Terraform from reaching the cluster, as far as the file itself shows it: the provider would only say
 * that the cluster is unreachable.
 */
export function kubeconfigProblems(path: string, context: string | undefined, now = new Date()): Problem[] {
  const file = path.replace(/^~(?=\/)/, homedir());
  if (!existsSync(file)) {
    return [
      {
        what: `kubeconfig '${path}' is missing`,
        got: 'no such file',
        do: "write it with your cluster's tool, or give the right path in kubeconfig",
      },
    ];
  }
  const result = schema.safeParse(parseYaml(readFileSync(file, 'utf8')));
  if (!result.success) {
    return [
      {
        what: `kubeconfig '${path}' is not a kubeconfig`,
        got: z.prettifyError(result.error).replace(/\s*\n\s*/g, ' '),
        do: "write it anew with your cluster's tool",
      },
    ];
  }
  const config = result.data;
  const names = config.contexts.map(({ name }) => name);
  const wanted = context ?? config['current-context'];
  const found = config.contexts.find(({ name }) => name === wanted);
  if (!found) {
    return [
      {
        what: wanted
          ? `kubeconfig '${path}' has no context '${wanted}'`
          : `kubeconfig '${path}' has no current context`,
        got: names.length > 0 ? names.map((name) => `'${name}'`).join(', ') : 'no contexts at all',
        do: 'give one of these in context',
      },
    ];
  }
  const userName = (found.context as { user: string }).user;
  const user = config.users?.find(({ name }) => name === userName)?.user;
  const expiry = expiryOf(user ?? {});
  if (!expiry || expiry > now) return [];
  return [
    {
      what: `the credentials of user '${userName}' in kubeconfig '${path}' have expired`,
      got: `valid until ${expiry.toISOString()}`,
      do: "get new ones with your cluster's tool",
    },
  ];
}

function parseYaml(source: string): unknown {
  try {
    return parse(source);
  } catch (error) {
    return String(error);
  }
}

/** When a client certificate or a JWT ends; undefined where the file does not say. */
function expiryOf(user: {
  'client-certificate-data'?: string | undefined;
  token?: string | undefined;
}): Date | undefined {
  const certificate = user['client-certificate-data'];
  const payload = user.token?.split('.')[1];
  try {
    if (certificate) return new Date(new X509Certificate(Buffer.from(certificate, 'base64')).validTo);
    if (!payload) return undefined;
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp?: unknown };
    return typeof exp === 'number' ? new Date(exp * 1000) : undefined;
  } catch {
    // what it holds is the API server's to judge
    return undefined;
  }
}
