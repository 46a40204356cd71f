# What the policies share. A block is one thing, whether it is written as an object or as a list.
package lib

blocks(value) := value if is_array(value)

blocks(value) := [value] if is_object(value)

# `type.name` of every resource, with its attributes.
resources[address] := attributes if {
	some type, name
	attributes := input.resource[type][name]
	address := sprintf("%s.%s", [type, name])
}

# Statements that allow something, in every policy that a resource holds as text.
allows contains statement if {
	some address, attributes in resources
	some key in ["policy", "assume_role_policy"]
	text := attributes[key]
	startswith(text, "{")
	some one in blocks(json.unmarshal(text).Statement)
	one.Effect == "Allow"
	statement := {"address": address, "key": key, "statement": one}
}

list(value) := value if is_array(value)

list(value) := [value] if is_string(value)

workloads := {"kubernetes_deployment_v1", "kubernetes_stateful_set_v1", "kubernetes_daemon_set_v1", "kubernetes_job_v1", "kubernetes_cron_job_v1"}

# Pods of every workload, by its address.
pods[address] := pod if {
	some type in workloads
	some name
	spec := blocks(input.resource[type][name].spec)[0]
	template := object.get(spec, "template", object.get(spec, ["job_template", "spec", "template"], {}))
	pod := template.spec
	address := sprintf("%s.%s", [type, name])
}

containers contains container if {
	some address, pod in pods
	some key in ["container", "init_container"]
	some one in pod[key]
	container := {"address": address, "container": one}
}
