import { type App, TerraformElement, TerraformRemoteState, TerraformStack } from 'cdktf';
import { checkedProblems, type StackConfig } from './check-rendered';
import { duplicateObjects, type Rendered, textProblems } from './rendered-checks';

/**
 * What constructs reported, each with its path. Nothing is rendered after it: a tree with problems may throw in places
 * that have nothing to do with them.
 */
export function reportedProblems(app: App): string[] {
  const reported = app.node
    .findAll()
    .flatMap((construct) => construct.node.validate().map((text) => at(construct.node.path, text)));
  return reported.length > 0 ? [...reported, ...stacksOf(app).flatMap(duplicateAddresses)] : [];
}

/**
 * What only shows across stacks, or in what was rendered.
 * @param configOf what was written for a stack
 */
export function renderedProblems(app: App, configOf: (stack: TerraformStack) => StackConfig): string[] {
  const stacks = stacksOf(app);
  const configs = Object.fromEntries(stacks.map((stack) => [stack.node.id, configOf(stack)]));
  const rendered = stacks.flatMap((stack) => renderedResources(stack, configs[stack.node.id] ?? {}));
  return [
    ...stacks.flatMap(duplicateAddresses),
    ...stacks.flatMap(crossStackReferences),
    ...duplicateObjects(rendered),
    ...textProblems(rendered),
    ...checkedProblems(app, configs),
  ];
}

const stacksOf = (app: App) => app.node.findAll().filter(TerraformStack.isStack);

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

function renderedResources(stack: TerraformStack, { resource = {}, provider = {} }: StackConfig): Rendered[] {
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
