import { type App, TerraformElement, TerraformRemoteState, TerraformStack } from 'cdktf';
import { duplicateObjects, type Rendered, textProblems } from './rendered-checks';

/** Every problem of an app, each with the path of its construct: what constructs reported, and what only shows across stacks. */
export function problemsOf(app: App): string[] {
  const stacks = app.node.findAll().filter(TerraformStack.isStack);
  const reported = app.node
    .findAll()
    .flatMap((construct) => construct.node.validate().map((text) => at(construct.node.path, text)));
  const twins = stacks.flatMap(duplicateAddresses);
  // rendering a tree with problems may throw in places that have nothing to do with them
  if (reported.length > 0) return [...reported, ...twins];

  for (const stack of stacks) stack.prepareStack();
  const rendered = stacks.flatMap(renderedResources);
  return [...twins, ...stacks.flatMap(crossStackReferences), ...duplicateObjects(rendered), ...textProblems(rendered)];
}

const at = (path: string, text: string) => (path ? `${text} (${path})` : text);

/** cdktf merges two elements with one logical id in silence: the second would overwrite the first. */
function duplicateAddresses(stack: TerraformStack): string[] {
  const seen = new Map<string, string>();
  return stack.node.findAll().flatMap((construct) => {
    if (!TerraformElement.isTerraformElement(construct) || TerraformStack.isStack(construct)) return [];
    const type = (construct as { terraformResourceType?: string }).terraformResourceType ?? construct.constructor.name;
    const address = `${type}.${construct.friendlyUniqueId}`;
    const first = seen.get(address);
    seen.set(address, construct.node.path);
    if (first === undefined) return [];
    return [
      at(
        construct.node.path,
        `two resources have the address ${address}, got one at ${first} too; give one of them another id`,
      ),
    ];
  });
}

/** A value of another stack would travel in clear through its state, and could not be planned before that is applied. */
const crossStackReferences = (stack: TerraformStack): string[] =>
  stack.node
    .findAll()
    .filter((construct) => construct instanceof TerraformRemoteState)
    .map((remote) =>
      at(
        stack.node.path,
        `stack '${stack.node.id}' reads another stack's state, got ${remote.node.id}; use a name that both know instead`,
      ),
    );

function renderedResources(stack: TerraformStack): Rendered[] {
  const { resource = {}, provider = {} } = stack.toTerraform() as {
    resource?: Record<string, Record<string, Record<string, unknown>>>;
    provider?: { kubernetes?: unknown[]; helm?: { kubernetes?: unknown }[] };
  };
  const cluster = JSON.stringify(provider.kubernetes?.[0] ?? provider.helm?.[0]?.kubernetes ?? null);
  return Object.entries(resource).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, { '//': meta, ...attributes }]) => ({
      address: `${type}.${name}`,
      type,
      path: (meta as { metadata?: { path?: string } } | undefined)?.metadata?.path ?? stack.node.path,
      attributes,
      cluster,
    })),
  );
}
