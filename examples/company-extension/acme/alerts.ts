import type { Construct } from 'constructs';
import { type IAddon, PlatformError } from 'mlops-constructs';
import type { Platform } from 'mlops-constructs/stacks';

/**
 * 2. An add-on: something more in the stack of the workloads, for every platform that takes it. It sees the platform's
 * public parts, and says in the same words as the library what cannot work.
 */
export class Alerts implements IAddon<Platform> {
  /** @param minutes for which the registry may be away before somebody is called */
  constructor(private readonly minutes: number) {}

  bind(scope: Construct, { target, registry, node }: Platform): void {
    if (!registry) {
      throw new PlatformError({
        what: 'Alerts watch the registry, which is off',
        got: "registry.mode 'off'",
        do: 'turn it on, or leave the add-on out',
      });
    }
    target.cluster.addManifests(scope, 'Alerts', {
      release: 'alerts',
      namespace: node.id,
      manifests: [this.rule(node.id)],
    });
  }

  private readonly rule = (namespace: string) => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'registry', namespace, labels: { team: 'ml-platform' } },
    spec: {
      groups: [
        {
          name: 'registry',
          rules: [
            {
              alert: 'RegistryAway',
              expr: `absent(up{namespace="${namespace}", service="registry"} == 1)`,
              for: `${this.minutes}m`,
              labels: { severity: 'page' },
              annotations: { summary: 'No pod of the registry answers' },
            },
          ],
        },
      ],
    },
  });
}
