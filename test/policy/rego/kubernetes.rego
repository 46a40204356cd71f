# Policies that a company would have for Kubernetes and for Terraform itself.
package main

import data.lib

# the companies of the examples have a registry each; third-party images come from its folder of copies, where it has one
allowed_registries := ["111122223333.dkr.ecr.", "ghcr.io/acme/", "registry.example.com/", "registry.acme.example/"]

secret_keys := {"password", "secret_string", "private_key", "auth_token", "secret_key"}

deny contains msg if {
	some address, attributes in lib.resources
	some key in secret_keys
	attributes[key]
	msg := sprintf("ORG-07 %s: %s must not stand in the state", [address, key])
}

deny contains msg if {
	some name, secret in input.resource.kubernetes_secret_v1
	some key in ["data", "binary_data"]
	secret[key]
	msg := sprintf("ORG-07 kubernetes_secret_v1.%s: %s must be write-only", [name, key])
}

deny contains msg if {
	some one in lib.containers
	some variable in object.get(one.container, "env", [])
	regex.match(`(PASSWORD|SECRET|TOKEN)$`, variable.name)
	variable.value
	msg := sprintf("ORG-07 %s: variable %s must be a file", [one.address, variable.name])
}

deny contains msg if {
	some type in lib.workloads
	some name, workload in input.resource[type]
	object.get(lib.blocks(workload.metadata)[0], "namespace", "default") == "default"
	msg := sprintf("ORG-10 %s.%s: nothing of the company runs in the namespace default", [type, name])
}

deny contains msg if {
	some one in lib.containers
	not allowed(one.container.image)
	msg := sprintf("ORG-11 %s: image must be of a registry of the company, got %s", [one.address, one.container.image])
}

allowed(image) if {
	some prefix in allowed_registries
	startswith(image, prefix)
}

deny contains msg if {
	some one in lib.containers
	security := object.get(one.container, "security_context", {})
	object.get(lib.blocks(security)[0], "run_as_non_root", false) != true
	msg := sprintf("ORG-12 %s: containers must not run as root", [one.address])
}

deny contains msg if {
	some address, pod in lib.pods
	some volume in object.get(pod, "volume", [])
	volume.host_path
	msg := sprintf("ORG-13 %s: pods must not see files of their node", [address])
}

deny contains msg if {
	some name, provider in input.terraform.required_providers
	not regex.match(`^\d+\.\d+\.\d+$`, object.get(provider, "version", ""))
	msg := sprintf("ORG-14 terraform.%s: providers must have one version", [name])
}

deny contains msg if {
	backend := input.terraform.backend.s3
	not backend.use_lockfile
	msg := "ORG-15 terraform.s3: a state in a bucket must be locked"
}

deny contains msg if {
	some name in object.keys(object.get(input, ["resource", "kubernetes_namespace_v1"], {}))
	namespace := input.resource.kubernetes_namespace_v1[name]
	labels := object.get(lib.blocks(namespace.metadata)[0], "labels", {})
	not labels["pod-security.kubernetes.io/enforce"]
	msg := sprintf("ORG-16 kubernetes_namespace_v1.%s: it must enforce a level of Pod Security", [name])
}
