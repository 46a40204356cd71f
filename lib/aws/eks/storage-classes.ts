import { StorageClassV1 } from '@cdktf/provider-kubernetes/lib/storage-class-v1';
import { Construct } from 'constructs';
import { objectLabels } from '../../kubernetes/labels';

/** `gp3` is the default class; volumes of `gp3-retain` stay when their claim is deleted. */
export type EksStorageClass = 'gp3' | 'gp3-retain';

/** The class for data. */
export const retainingClass: EksStorageClass = 'gp3-retain';

export interface StorageClassesProps {
  /** ARN of the key that encrypts volumes. */
  readonly volumeKeyArn: string;
}

/** Encrypted gp3 volumes, made in the zone of the pod that asks for them. */
export class StorageClasses extends Construct {
  constructor(scope: Construct, id: string, { volumeKeyArn }: StorageClassesProps) {
    super(scope, id);
    const add = (name: EksStorageClass, reclaimPolicy: 'Delete' | 'Retain', isDefault: boolean) =>
      new StorageClassV1(this, name, {
        metadata: {
          name,
          labels: objectLabels(name),
          annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) },
        },
        storageProvisioner: 'ebs.csi.aws.com',
        reclaimPolicy,
        volumeBindingMode: 'WaitForFirstConsumer',
        allowVolumeExpansion: true,
        parameters: { type: 'gp3', encrypted: 'true', kmsKeyId: volumeKeyArn },
      });
    add('gp3', 'Delete', true);
    add('gp3-retain', 'Retain', false);
  }
}
