import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { unwrap, type Node } from './ast.ts';

export type Variable = TSESLint.Scope.Variable;

export type Definition = TSESLint.Scope.Definition;

/** Finds the variable that a name refers to, and its value, as far as the file shows. */
export class Variables {
  private readonly byName = new Map<Node, Variable>();

  constructor(scopes: readonly TSESLint.Scope.Scope[]) {
    for (const scope of scopes) {
      for (const variable of scope.variables) for (const name of variable.identifiers) this.byName.set(name, variable);
      for (const { identifier, resolved } of scope.references) if (resolved) this.byName.set(identifier, resolved);
    }
  }

  of(node: Node): Variable | undefined {
    return this.byName.get(unwrap(node));
  }

  /** The value of a variable that keeps its first value; any other expression itself. */
  valueOf(node: Node, seen: Set<Node> = new Set<Node>()): Node {
    const value = unwrap(node);
    const initial = seen.has(value) ? undefined : initialValueOf(this.of(value));
    return initial ? this.valueOf(initial, seen.add(value)) : value;
  }
}

/** The only definition of a variable that is never written again. */
export function definitionOf(variable: Variable | undefined): Definition | undefined {
  return variable?.defs.length === 1 && !isReassigned(variable) ? variable.defs[0] : undefined;
}

export function isReassigned({ references }: Variable): boolean {
  return references.some((reference) => reference.isWrite() && !reference.init);
}

/** The initial value of a variable: `value` in `const v = value`, or the function or class with that name. */
function initialValueOf(variable: Variable | undefined): Node | null | undefined {
  const definition = definitionOf(variable);
  switch (definition?.type) {
    case 'Variable':
      return definition.node.id.type === 'Identifier' ? definition.node.init : undefined;
    case 'FunctionName':
    case 'ClassName':
      return definition.node;
  }
  return undefined;
}

/** The property that a name takes out of an object: `a` of `{ a: name }`, if the object itself is `pattern`. */
export function pickedProperty(name: Node, pattern: Node): TSESTree.Property | undefined {
  const { parent } = name as TSESTree.Identifier;
  const property = parent.type === 'AssignmentPattern' ? parent.parent : parent;
  return property.type === 'Property' && property.parent === pattern ? property : undefined;
}
