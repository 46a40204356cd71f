import type { TypeRow } from './type-row';

const metadata = ['metadata.name', 'metadata.generate_name'];
const namespaced = [...metadata, 'metadata.namespace'];

/**
 * Types of the providers kubernetes 2.38.0, helm 3.1.1 and terraform: attributes with `ForceNew` or `RequiresReplace` in the
 * providers' sources at these tags, read on 2026-11-22 (kubernetes/resource_kubernetes_*.go and schema_*.go;
 * helm/resource_helm_release.go; terraform_data: Terraform's documentation).
 */
export const kubernetesRows: Readonly<Record<string, TypeRow>> = {
  helm_release: { replaces: ['name', 'namespace'] },
  kubernetes_cluster_role_binding_v1: { replaces: [...metadata, 'role_ref'] },
  kubernetes_cluster_role_v1: { replaces: metadata },
  kubernetes_config_map_v1: { replaces: namespaced },
  kubernetes_cron_job_v1: { replaces: namespaced },
  kubernetes_deployment_v1: { replaces: [...namespaced, 'spec.selector'] },
  kubernetes_horizontal_pod_autoscaler_v2: { replaces: namespaced, harmless: 'until it is back, the replicas stay' },
  kubernetes_job_v1: {
    replaces: [
      ...namespaced,
      'spec.backoff_limit_per_index',
      'spec.completions',
      'spec.completion_mode',
      'spec.pod_failure_policy',
      'spec.selector',
      'spec.template',
    ],
    harmless: 'it runs once more: a Job at apply is idempotent',
  },
  kubernetes_namespace_v1: { replaces: metadata },
  kubernetes_network_policy_v1: { replaces: namespaced },
  kubernetes_persistent_volume_claim_v1: {
    replaces: [
      ...namespaced,
      'spec.access_modes',
      'spec.selector',
      'spec.volume_name',
      'spec.storage_class_name',
      'spec.volume_mode',
    ],
  },
  kubernetes_pod_disruption_budget_v1: { replaces: [...namespaced, 'spec'], harmless: 'no pod notices' },
  kubernetes_priority_class_v1: {
    replaces: [...metadata, 'value', 'preemption_policy'],
    harmless: 'pods keep the priority that they started with',
  },
  kubernetes_role_binding_v1: { replaces: [...namespaced, 'role_ref'] },
  kubernetes_role_v1: { replaces: namespaced },
  kubernetes_secret_v1: { replaces: [...namespaced, 'type'] },
  kubernetes_service_account_v1: { replaces: namespaced },
  kubernetes_service_v1: {
    replaces: [
      ...namespaced,
      'spec.cluster_ip',
      'spec.cluster_ips',
      'spec.load_balancer_class',
      'spec.health_check_node_port',
    ],
  },
  kubernetes_storage_class_v1: {
    replaces: [
      ...metadata,
      'parameters',
      'storage_provisioner',
      'volume_binding_mode',
      'mount_options',
      'allowed_topologies',
    ],
    harmless: 'volumes that there are keep what they were made with',
  },
  terraform_data: { replaces: ['triggers_replace'], harmless: 'it only holds what others watch' },
};
