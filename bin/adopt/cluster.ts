import { gunzipSync } from 'node:zlib';
import type { StackJson } from '../../lib/review/output';
import { capture } from '../process';
import type { Expected } from './expected';

/** An object as it is in the cluster. */
export interface Live {
  readonly labels: Readonly<Record<string, string>>;
}

/** A revision of a release, as Helm keeps it: in a Secret. */
export interface Revision {
  readonly secret: string;
  /** `deployed`, `superseded`, `failed`, `pending-install`, `pending-upgrade`, … */
  readonly status: string;
}

/** The cluster that a stack is applied to. Reads only. */
export class Cluster {
  /** How kubectl finds it. */
  readonly options: readonly string[];

  constructor(stack: StackJson) {
    const { config_path: file, config_context: context } = stack.provider?.kubernetes?.[0] ?? {};
    // on AWS the stack asks for a token: there it is the current context, as for every other command
    this.options = [...(file ? [`--kubeconfig=${file}`] : []), ...(context ? [`--context=${context}`] : [])];
  }

  /** Undefined when it is not there. */
  object({ kind, name, namespace }: Expected): Live | undefined {
    const where = namespace === undefined ? [] : ['-n', namespace];
    const text = this.kubectl(['get', kind, name, ...where, '--ignore-not-found', '-o', 'json']);
    if (text.trim() === '') return undefined;
    const { metadata } = JSON.parse(text) as { metadata: { labels?: Record<string, string> } };
    return { labels: metadata.labels ?? {} };
  }

  /** Of a release, the newest last. */
  revisions({ name, namespace = 'default' }: Expected): Revision[] {
    const columns = 'custom-columns=NAME:.metadata.name,STATUS:.metadata.labels.status';
    const selector = `owner=helm,name=${name}`;
    const args = ['get', 'secrets', '-n', namespace, '-l', selector, '-o', columns, '--no-headers'];
    const revision = (secret: string) => Number(/\.v(\d+)$/.exec(secret)?.[1]);
    return this.kubectl(args)
      .split('\n')
      .filter((line) => line.startsWith('sh.helm.release.'))
      .map((line) => line.trim().split(/\s+/))
      .map(([secret = '', status = '']) => ({ secret, status }))
      .sort((a, b) => revision(a.secret) - revision(b.secret));
  }

  /** Name of the chart that a revision is of. Nothing else of it leaves this function: values of charts may be secret. */
  chartOf({ secret }: Revision, { namespace = 'default' }: Expected): string | undefined {
    const text = this.kubectl(['get', 'secret', secret, '-n', namespace, '-o', 'jsonpath={.data.release}']);
    // Helm's own base64 lies in that of Kubernetes
    const packed = Buffer.from(Buffer.from(text, 'base64').toString(), 'base64');
    const { chart } = JSON.parse(gunzipSync(packed).toString()) as { chart?: { metadata?: { name?: string } } };
    return chart?.metadata?.name;
  }

  private kubectl(args: readonly string[]): string {
    return capture({ command: 'kubectl', args: [...this.options, ...args] });
  }
}
