import { parseSync } from '@swc/core';
import type { Source } from './sources';

export interface OptionalProp {
  /** `lib/core/service.ts: ServiceProps.replicas` */
  readonly place: string;
  readonly hasDefault: boolean;
}

interface Node {
  readonly type?: string;
  readonly optional?: boolean;
  readonly span?: { readonly start: number };
  readonly key?: { readonly value?: string };
  readonly [field: string]: unknown;
}

/** Every optional property of an exported interface or object type, and whether its docstring has `@default`. */
export function optionalProps({ path, text }: Source): OptionalProp[] {
  // spans count bytes from the first token, and over all files that were parsed before: this token is the anchor
  const anchored = Buffer.from(`;${text}`);
  const module = parseSync(anchored.toString(), { syntax: 'typescript', decorators: true });
  const docstring = (node: Node) =>
    docstringBefore(anchored.subarray(0, (node.span?.start ?? 0) - module.span.start).toString());
  const found: OptionalProp[] = [];
  const visit = (node: unknown, owner: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, optional, key } = node as Node;
    if (type === 'TsPropertySignature' && optional)
      found.push({
        place: `${path}: ${owner}.${key?.value}`,
        hasDefault: /@default\s+\S/.test(docstring(node as Node)),
      });
    for (const child of Object.values(node)) visit(child, owner);
  };
  for (const item of module.body) {
    if (item.type !== 'ExportDeclaration') continue;
    const { declaration } = item;
    if (declaration.type === 'TsInterfaceDeclaration' || declaration.type === 'TsTypeAliasDeclaration')
      visit(declaration, declaration.id.value);
  }
  return found;
}

/** The JSDoc comment that the text ends with. */
function docstringBefore(text: string): string {
  const before = text.trimEnd();
  return before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')).replace(/\*\/$/, '') : '';
}
