/** Selects the pods of one workload; never changes, because a selector cannot. */
export const selectorLabels = (name: string) => ({ 'app.kubernetes.io/name': name });

/** Labels of everything that we make for one workload. */
export const objectLabels = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  ...selectorLabels(name),
  'app.kubernetes.io/managed-by': 'mlops-constructs',
  ...labels,
});
