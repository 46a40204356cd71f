import { createHash } from 'node:crypto';
import { JobV1 } from '@cdktf/provider-kubernetes/lib/job-v1';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';
import type { TaskSpec } from '../core/workload';
import { objectLabels } from './labels';
import { addPodPolicy } from './network-policy';
import { podTemplate } from './pod';
import { TerraformData } from './terraform-data';

/**
 * A Job that runs at apply. It is named by the hash of its input, so another input is another Job; it has no time to
 * live, because a Job that vanished would run again in the next apply.
 */
export class Task extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: JobV1;

  constructor(scope: Construct, id: string, spec: TaskSpec) {
    super(scope, id);
    const timeout = `${spec.timeoutSeconds}s`;
    const policy = addPodPolicy(this, spec);
    // replace_triggered_by does not see that something was gone and is made anew; this resource does, and passes it on
    const runAgain = new TerraformData(this, 'RunAgain', { triggersReplace: { with: spec.runAgainWith } });
    this.resource = new JobV1(this, 'Resource', {
      metadata: {
        name: nameOf(spec),
        namespace: spec.namespace,
        labels: objectLabels(spec.name, spec.labels),
      },
      spec: {
        backoffLimit: 3,
        activeDeadlineSeconds: spec.timeoutSeconds,
        template: {
          metadata: { labels: objectLabels(spec.name, spec.labels) },
          spec: { ...podTemplate(spec, {}), restartPolicy: 'Never' },
        },
      },
      waitForCompletion: true,
      timeouts: { create: timeout, update: timeout },
      dependsOn: [policy],
      lifecycle: { replaceTriggeredBy: [`terraform_data.${runAgain.friendlyUniqueId}`] },
    });
  }
}

/** Of the resolved input, when the stack is written: a token as such has a number that depends on what else is in the app. */
const nameOf = ({ name, input }: TaskSpec): string =>
  Lazy.stringValue({
    produce: (context) => {
      const resolved = JSON.stringify(context.resolve(input));
      return `${name}-${createHash('sha256').update(resolved).digest('hex').slice(0, 8)}`;
    },
  });
