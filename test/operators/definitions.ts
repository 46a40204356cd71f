import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020';
import { parse } from 'yaml';
import { upstream } from './operators';

// biome-ignore lint/suspicious/noExplicitAny: schemas and rendered JSON
type Json = any;

const index: { name: string; group: string; kind: string }[] = existsSync(upstream)
  ? JSON.parse(readFileSync(join(upstream, 'index.json'), 'utf8')).crds
  : [];

/** Name of the definition of a custom resource; undefined for Kubernetes' own and for what is not among those from upstream. */
export function definitionOf({ apiVersion, kind }: Json): string | undefined {
  const [group] = String(apiVersion).split('/');
  return index.find((one) => one.kind === kind && one.name.endsWith(`.${group}`))?.name;
}

/** An API server refuses fields that it does not know, when asked to; JSON schema has to be told. */
function strict(schema: Json): Json {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(strict);
  const { format: _, nullable: __, ...rest } = schema;
  const walked = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === 'properties'
        ? Object.fromEntries(Object.entries(value as object).map(([name, below]) => [name, strict(below)]))
        : strict(value),
    ]),
  );
  if (schema['x-kubernetes-int-or-string']) return { type: ['integer', 'string'] };
  const closed =
    schema.properties && schema.additionalProperties === undefined && !schema['x-kubernetes-preserve-unknown-fields'];
  return closed ? { ...walked, additionalProperties: false } : walked;
}

const validators = new Map<string, ValidateFunction>();

function validator(name: string, version: string): ValidateFunction | undefined {
  const key = `${name} ${version}`;
  const known = validators.get(key);
  if (known) return known;
  const { spec } = parse(readFileSync(join(upstream, 'crds', `${name}.yaml`), 'utf8'));
  const served = spec.versions.find((one: Json) => one.name === version && one.served);
  if (!served) return undefined;
  const { properties, ...schema } = served.schema.openAPIV3Schema;
  const { apiVersion: _, kind: __, metadata: ___, ...own } = properties;
  const open = { apiVersion: {}, kind: {}, metadata: {} };
  const closed = strict({ ...schema, properties: own });
  const made = new Ajv2020({ strict: false, allErrors: true, validateSchema: false }).compile({
    ...closed,
    properties: { ...closed.properties, ...open },
  });
  validators.set(key, made);
  return made;
}

/** Why the definition's schema refuses a custom resource: rules in CEL are judged by a real API server only. */
export function schemaRefusals(manifest: Json): string[] {
  const { kind, apiVersion, metadata } = manifest;
  const name = definitionOf(manifest);
  const [, version] = String(apiVersion).split('/');
  const where = `${kind} '${metadata?.name}'`;
  if (name === undefined) return [`${where}: ${apiVersion} has no definition among those from upstream`];
  const validate = validator(name, version ?? '');
  if (!validate) return [`${where}: ${name} serves no ${version}`];
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${where} at ${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

/** The configuration of a backup store is what CloudNativePG itself had for it: its definition is not among those from upstream. */
export function backupConfigurationRefusals({ spec }: Json): string[] {
  const name = 'clusters.postgresql.cnpg.io';
  const cluster = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name } };
  return schemaRefusals({ ...cluster, spec: { instances: 1, backup: { barmanObjectStore: spec.configuration } } });
}
