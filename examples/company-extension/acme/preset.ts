import { reasonable, type Settings } from 'mlops-constructs';

/**
 * 1. A preset of the company's own: what all its platforms have in common, as data. A platform adds its name and its
 * target, and may replace any of it: `{ ...acme, name: 'search', target }`.
 */
export const acme = {
  ...reasonable,
  images: { repository: 'registry.acme.example/mlops' },
  state: { mode: 's3', bucket: 'acme-terraform', endpoint: 'https://s3.acme.example' },
  operators: {
    ...reasonable.operators,
    prometheus: { mode: 'existing', namespace: 'monitoring', labels: { team: 'ml-platform' } },
  },
} satisfies Omit<Settings, 'name'>;
