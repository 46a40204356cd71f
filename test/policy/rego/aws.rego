# Policies that a company would have for AWS. Each message begins with the id and the address.
package main

import data.lib

allowed_regions := {"eu-west-1", "eu-central-1"}

web_ports := {80, 443}

anywhere := {"0.0.0.0/0", "::/0"}

deny contains msg if {
	some index, provider in lib.blocks(input.provider.aws)
	not default_tags(provider)
	msg := sprintf("ORG-01 provider.aws[%d]: default tags must name the platform", [index])
}

default_tags(provider) if lib.blocks(provider.default_tags)[0].tags["mlops-constructs/platform"]

deny contains msg if {
	some name, rule in input.resource.aws_vpc_security_group_ingress_rule
	some key in ["cidr_ipv4", "cidr_ipv6"]
	anywhere[rule[key]]
	not web_port(rule)
	msg := sprintf("ORG-02 aws_vpc_security_group_ingress_rule.%s: only web ports may be open to the internet", [name])
}

web_port(rule) if {
	rule.from_port == rule.to_port
	web_ports[rule.from_port]
}

deny contains msg if {
	some one in lib.allows
	some principal in object.get(one.statement, "Principal", {})
	some value in lib.list(principal)
	value == "*"
	msg := sprintf("ORG-03 %s: nobody may be let in by a star", [one.address])
}

deny contains msg if {
	some one in lib.allows
	some action in lib.list(one.statement.Action)
	endswith(action, "*")
	# a key's policy lets the account administer it, and its users do what AWS itself writes with a star
	not startswith(one.address, "aws_kms_key.")
	msg := sprintf("ORG-04 %s: actions must be named, got %s", [one.address, action])
}

deny contains msg if {
	some name, database in input.resource.aws_db_instance
	not database.kms_key_id
	msg := sprintf("ORG-05 aws_db_instance.%s: it must be encrypted by a key of the company", [name])
}

deny contains msg if {
	some name, template in input.resource.aws_launch_template
	some mapping in lib.blocks(template.block_device_mappings)
	not lib.blocks(mapping.ebs)[0].kms_key_id
	msg := sprintf("ORG-05 aws_launch_template.%s: volumes must be encrypted by a key of the company", [name])
}

deny contains msg if {
	some name, group in input.resource.aws_cloudwatch_log_group
	not group.kms_key_id
	msg := sprintf("ORG-05 aws_cloudwatch_log_group.%s: logs must be encrypted by a key of the company", [name])
}

deny contains msg if {
	some name, policy in input.resource.aws_s3_bucket_policy
	not denies_plain_http(policy.policy)
	msg := sprintf("ORG-06 aws_s3_bucket_policy.%s: requests without TLS must be denied", [name])
}

denies_plain_http(text) if {
	some statement in json.unmarshal(text).Statement
	statement.Effect == "Deny"
	statement.Condition.Bool["aws:SecureTransport"] == "false"
}

deny contains msg if {
	some name, group in input.resource.aws_db_parameter_group
	not forces_tls(group)
	msg := sprintf("ORG-06 aws_db_parameter_group.%s: rds.force_ssl must be 1", [name])
}

forces_tls(group) if {
	some parameter in lib.blocks(group.parameter)
	parameter.name == "rds.force_ssl"
	parameter.value == "1"
}

deny contains msg if {
	some index, provider in lib.blocks(input.provider.aws)
	not allowed_regions[provider.region]
	msg := sprintf("ORG-08 provider.aws[%d]: the company is not in region %s", [index, provider.region])
}

deny contains msg if {
	some type in ["aws_db_instance", "aws_eks_cluster"]
	some name, attributes in input.resource[type]
	object.get(attributes, "deletion_protection", false) != true
	msg := sprintf("ORG-09 %s.%s: it must be protected from deletion", [type, name])
}

deny contains msg if {
	some name, bucket in input.resource.aws_s3_bucket
	object.get(bucket, ["lifecycle", "prevent_destroy"], false) != true
	msg := sprintf("ORG-09 aws_s3_bucket.%s: a plan must not destroy it", [name])
}
