import type { Problem } from './errors';

/** Compute that a container asks for (`requests`) and may not pass (`limits`), as Kubernetes quantities: `500m`, `2Gi`. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

const factors: Readonly<Record<string, number>> = {
  ...{ m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** A Kubernetes quantity as a number; undefined for any other text. */
export function quantity(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(text) ?? [];
  const factor = unit === '' ? 1 : factors[unit];
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor;
}

/** Neither `terraform validate` nor a plan reads quantities: a wrong one would only be refused while it is applied. */
export const resourceProblems = ({ requests, limits }: Resources): Problem[] =>
  (['cpu', 'memory'] as const).flatMap((kind) => {
    const request = quantity(requests[kind]);
    const limit = quantity(limits[kind]);
    const wrong = [
      ...(request === undefined ? [['requests', requests[kind]]] : []),
      ...(limit === undefined ? [['limits', limits[kind]]] : []),
    ].map(([where, text]) => ({
      what: `${where}.${kind} is not a Kubernetes quantity`,
      got: `'${text}'`,
      do: kind === 'cpu' ? "write it as '500m' or '2'" : "write it as '512Mi' or '4Gi'",
    }));
    if (request === undefined || limit === undefined || request <= limit) return wrong;
    return [
      {
        what: `requests.${kind} is above limits.${kind}`,
        got: `'${requests[kind]}' and '${limits[kind]}'`,
        do: 'raise the limit',
      },
    ];
  });
