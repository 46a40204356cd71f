import { namespaceLabel, platformLabel } from './labels';

type Labels = Readonly<Record<string, string>>;

/** Pods by label, in one namespace or in all whose namespace labels match. */
export interface PodPeer {
  readonly namespaceLabels: Labels;
  /** @default - every pod of the namespaces */
  readonly podLabels?: Labels;
}

export interface NetworkPort {
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
}

/** Pods of one namespace: all, or those with the labels. */
export const inNamespace = (name: string, podLabels?: Labels): PodPeer => ({
  namespaceLabels: { [namespaceLabel]: name },
  ...(podLabels && { podLabels }),
});

/** Pods with the labels, in any namespace of the platform. */
export const ofPlatform = (platform: string, podLabels: Labels): PodPeer => ({
  namespaceLabels: { [platformLabel]: platform },
  podLabels,
});

/** Pods of the platform that have a link to what asks for this label; see `Destination`. */
export const callers = (platform: string, callerLabel: string) => ofPlatform(platform, { [callerLabel]: 'true' });

export const tcp = (...ports: readonly number[]): NetworkPort[] => ports.map((port) => ({ protocol: 'TCP', port }));

/** A peer as policies of Kubernetes write it. */
export const peerSelector = (peer: PodPeer | { readonly cidr: string }) =>
  'cidr' in peer
    ? { ipBlock: { cidr: peer.cidr } }
    : {
        namespaceSelector: { matchLabels: { ...peer.namespaceLabels } },
        ...(peer.podLabels ? { podSelector: { matchLabels: { ...peer.podLabels } } } : {}),
      };
