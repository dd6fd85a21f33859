import type { TSESTree } from '@typescript-eslint/utils';
import { functionAround, isFunction, nameOf, ownNodes, unwrap, type Node, type VisitorKeys } from './ast.ts';
import { type Variable, type Variables } from './variables.ts';

/** A condition, as a key that is the same for equal conditions, and whether the test negates it. */
export interface Condition {
  readonly key: string;
  readonly isNegated: boolean;
}

/**
 * The conditions that a function tests more than once, so that `if (a) …; if (!a) …` counts as two paths, not four. They
 * involve only variables that nothing but the function itself writes.
 */
export class Conditions {
  private readonly root: Node;
  private readonly variables: Variables;
  private readonly ids = new Map<Variable, number>();
  private readonly repeated: ReadonlySet<string>;

  constructor(root: Node, variables: Variables, keys: VisitorKeys) {
    this.root = root;
    this.variables = variables;
    const asked = ownNodes(root, keys)
      .map(askedBy)
      .filter((node) => !!node)
      .flatMap(testsIn)
      .map((node) => this.keyOf(node));
    this.repeated = new Set(asked.filter((key, index) => key && asked.indexOf(key) !== index));
  }

  of(given: Node): Condition | undefined {
    const test = unwrap(given);
    const key = this.keyOf(test);
    if (!this.repeated.has(key)) return undefined;
    return { key, isNegated: test.type === 'BinaryExpression' && test.operator.startsWith('!') };
  }

  /**
   * A key that is the same for the same expression, and contains the keys of its parts. Empty if the value may change
   * in between.
   */
  keyOf(given: Node): string {
    const node = unwrap(given);
    switch (node.type) {
      case 'Literal':
        return node.raw;
      case 'ThisExpression':
        return 'this';
      case 'Identifier':
        return this.tokenOf(node);
      case 'MemberExpression':
        return joined(this.keyOf(node.object), node.type, nameOf(node));
      case 'UnaryExpression':
        return joined(node.operator, node.type, this.keyOf(node.argument));
      case 'BinaryExpression':
        return joined(this.keyOf(node.left), node.operator.replace('!', '='), this.keyOf(node.right));
    }
    return '';
  }

  private tokenOf(name: TSESTree.Identifier): string {
    const variable = this.variables.of(name);
    return variable && this.isStable(variable) ? this.idOf(variable) : '';
  }

  /** Whether no callback and no other function writes it. */
  private isStable(variable: Variable): boolean {
    return variable.references.every((reference) => !reference.isWrite() || this.isOwn(reference.identifier));
  }

  private isOwn(node: Node): boolean {
    return functionAround(node) === (isFunction(this.root) ? this.root : functionAround(this.root));
  }

  private idOf(variable: Variable): string {
    const id = this.ids.get(variable) ?? this.ids.size;
    this.ids.set(variable, id);
    return `#${String(id)};`;
  }
}

/** The expression that a node tests, or whose value it determines by writing it. */
function askedBy(node: Node): Node | null | undefined {
  switch (node.type) {
    case 'IfStatement':
    case 'ConditionalExpression':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'ForStatement':
      return node.test;
    case 'AssignmentExpression':
      return node.left;
    case 'VariableDeclarator':
      return node.id;
  }
  return undefined;
}

/** The tests that `!`, `&&` and `||` combine into a test. */
function testsIn(given: Node): Node[] {
  const test = unwrap(given);
  if (isNot(test)) return testsIn(test.argument);
  return test.type === 'LogicalExpression' ? [test.left, test.right].flatMap(testsIn) : [test];
}

export function isNot(node: Node): node is TSESTree.UnaryExpression {
  return (node as TSESTree.UnaryExpression).operator === '!';
}

function joined(left: string, operator: string, right: string): string {
  return left && right && `${left} ${operator} ${right};`;
}

const truthy = new Set([
  'ArrayExpression',
  'ArrowFunctionExpression',
  'FunctionExpression',
  'NewExpression',
  'ObjectExpression',
]);

/** Whether a value is truthy, if the source shows it. */
export function truthOf(given: Node): boolean | undefined {
  const node = unwrap(given);
  if (node.type === 'Literal') return Boolean(node.value);
  if ((node as TSESTree.Identifier).name === 'undefined') return false;
  return truthy.has(node.type) ? true : undefined;
}
