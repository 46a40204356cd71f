import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/folder';
import { Terraform } from './terraform';

/** A release that another team made, by a Terraform of its own: a chart `postgresql` with a ConfigMap. */
export function foreignRelease(name: string, namespace: string, kubeconfig: string) {
  const folder = temporaryFolder('foreign');
  const chart = join(folder, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), JSON.stringify({ apiVersion: 'v2', name: 'postgresql', version: '16.4.5' }));
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs' }, data: { kept: 'yes' } };
  writeFileSync(join(chart, 'templates', 'object.yaml'), JSON.stringify(object));
  const stack = join(folder, 'cdktf.out', 'stacks', 'theirs');
  mkdirSync(stack, { recursive: true });
  const config = {
    terraform: { required_providers: { helm: { source: 'hashicorp/helm', version: '3.1.1' } } },
    provider: { helm: { kubernetes: { config_path: kubeconfig } } },
    resource: { helm_release: { theirs: { name, namespace, chart } } },
  };
  writeFileSync(join(stack, 'cdk.tf.json'), JSON.stringify(config));
  const terraform = new Terraform(folder);
  terraform.init('theirs');
  terraform.apply('theirs');
  return {
    /** What its own Terraform would change. */
    changes: () => terraform.plan('theirs').changes,
    remove: () => terraform.destroy('theirs'),
  };
}
