import type { TSESTree } from '@typescript-eslint/utils';
import { contains, isFunction, nameOf, unwrap, walk, type FunctionNode, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { enteredVariables, managersOf, resultsOf } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';
import type { Types } from '../types.ts';
import type { Variable } from '../variables.ts';
import { isFilling } from '../verbs.ts';

type Message = 'value' | 'closure' | 'iterator';

export const noEscapingValue: Rule = rule<Message>({
  description: 'Disallow entered values that leave their block',
  messages: {
    value:
      '{{name}} leaves the block here, and has already been released when the caller gets it. Use it inside the block.',
    closure:
      'This function leaves the block with {{name}}, and would run after {{name}} has been released. Call it inside the block.',
    iterator:
      'This leaves the block, and would read from {{name}} after it has been released. Loop over it inside the block.',
  },
  check(file, report) {
    const { types } = file;
    if (!types) return;
    for (const block of managersOf(file).blocks) {
      const { fn, manager } = block;
      // Its value has an owner elsewhere.
      if (!fn || file.words.calledBy(manager) === 'nullContext') continue;
      const held = enteredVariables(block, file).filter(({ identifiers: [name] }) => types.isResource(name as Node));
      forEachLeaving(fn, file, (given) => {
        const escape = escapeIn(given, held, file, types);
        if (escape) report({ node: escape.node, messageId: escape.messageId, data: { name: escape.variable.name } });
      });
    }
  },
});

/**
 * Visits the values that outlive the block: those that its body returns, or puts into variables, fields and lists
 * outside.
 */
function forEachLeaving(fn: FunctionNode, file: File, visit: (node: Node) => void): void {
  resultsOf(fn, file).forEach(visit);
  walk(fn, file.keys, (node) => {
    if (node.type === 'AssignmentExpression' && isOutside(node.left, fn, file)) visit(node.right);
    if (node.type === 'CallExpression' && fillsOutside(node, fn, file)) node.arguments.forEach(visit);
    return true;
  });
}

function isOutside(target: Node, fn: FunctionNode, file: File): boolean {
  const node = unwrap(target);
  if (node.type === 'MemberExpression') return isOutside(node.object, fn, file);
  return !(file.variables.of(node)?.defs.some((definition) => contains(fn, definition.node)) ?? false);
}

function fillsOutside({ callee }: TSESTree.CallExpression, fn: FunctionNode, file: File): boolean {
  const method = unwrap(callee);
  if (method.type !== 'MemberExpression') return false;
  return isFilling(nameOf(method)) && isOutside(method.object, fn, file);
}

interface Escape {
  readonly node: Node;
  readonly variable: Variable;
  readonly messageId: Message;
}

function escapeIn(given: Node, held: readonly Variable[], file: File, types: Types): Escape | undefined {
  const node = unwrap(given);
  const found = (messageId: Message, variable = heldIn(node, held, file)): Escape | undefined =>
    variable && { node, variable, messageId };
  if (isFunction(node)) return found('closure');
  switch (node.type) {
    case 'Identifier': {
      const variable = file.variables.of(node);
      return variable && held.includes(variable) ? found('value', variable) : undefined;
    }
    case 'CallExpression':
      return types.isLazy(node) ? found('iterator') : undefined;
    default:
      return partsOf(node)
        .map((part) => escapeIn(part, held, file, types))
        .find((escape) => escape !== undefined);
  }
}

/** The parts of an expression's value. */
function partsOf(node: Node): Node[] {
  switch (node.type) {
    case 'ArrayExpression':
      return node.elements.filter((element) => element !== null);
    case 'ObjectExpression':
      return node.properties.map((property) => (property.type === 'Property' ? property.value : property));
    case 'ConditionalExpression':
      return [node.consequent, node.alternate];
    case 'LogicalExpression':
      return [node.left, node.right];
    case 'AwaitExpression':
      return [node.argument];
    default:
      return [];
  }
}

function heldIn(root: Node, held: readonly Variable[], file: File): Variable | undefined {
  let found: Variable | undefined;
  walk(root, file.keys, (node) => {
    found ??= held.find((variable) => file.variables.of(node) === variable);
    return true;
  });
  return found;
}
