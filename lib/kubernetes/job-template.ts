import { CronJobV1 } from '@cdktf/provider-kubernetes/lib/cron-job-v1';
import { Construct } from 'constructs';
import type { JobTemplateSpec } from '../core/workload';
import { objectLabels } from './labels';
import { addPodPolicy } from './network-policy';
import { podTemplate } from './pod';

/** 31 February: a CronJob must have a schedule, a template has none. */
const never = '0 0 31 2 *';

/** A CronJob from which runs are made: suspended unless it has a schedule. Nothing runs at apply. */
export class JobTemplate extends Construct {
  /** The Terraform resource, for whatever this class does not cover. */
  readonly resource: CronJobV1;

  constructor(scope: Construct, id: string, spec: JobTemplateSpec) {
    super(scope, id);
    const labels = objectLabels(spec.name, spec.labels);
    addPodPolicy(this, spec);
    this.resource = new CronJobV1(this, 'Resource', {
      metadata: { name: spec.name, namespace: spec.namespace, labels },
      spec: {
        schedule: spec.schedule ?? never,
        suspend: spec.schedule === undefined,
        concurrencyPolicy: 'Forbid',
        // a run is kept for its time to live, not until the next few have ended
        successfulJobsHistoryLimit: 100,
        failedJobsHistoryLimit: 100,
        jobTemplate: {
          metadata: { labels: { ...labels, ...spec.jobLabels } },
          spec: {
            backoffLimit: spec.retries,
            activeDeadlineSeconds: spec.timeoutSeconds,
            ttlSecondsAfterFinished: '86400',
            template: {
              metadata: { labels },
              spec: {
                ...podTemplate(spec, {}),
                restartPolicy: 'Never',
                ...(spec.priorityClassName ? { priorityClassName: spec.priorityClassName } : {}),
              },
            },
          },
        },
      },
    });
  }
}
