/** The label that every namespace of a platform carries. */
export const platformLabel = 'mlops-constructs/platform';

/** The label that Kubernetes itself gives each namespace: its name. */
export const namespaceLabel = 'kubernetes.io/metadata.name';

/** Of every object that belongs to a platform, beside its name and who manages it. */
export const partOf = (platform: string) => ({ 'app.kubernetes.io/part-of': platform });
