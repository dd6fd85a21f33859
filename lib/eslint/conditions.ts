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
    const asked = ownNodes(root, keys).flatMap((node) => this.asked(node));
    this.repeated = new Set(asked.filter((key, index) => asked.indexOf(key) !== index));
  }

  of(test: Node): Condition | undefined {
    const condition = this.conditionOf(test);
    return condition && this.repeated.has(condition.key) ? condition : undefined;
  }

  /** The part of a key that stands for the variable. */
  tokenOf(name: Node): string | undefined {
    const variable = this.variables.of(name);
    return variable && this.isStable(variable) ? this.idOf(variable) : undefined;
  }

  /** The keys that a node tests, or decides by assigning a literal. */
  private asked(node: Node): string[] {
    switch (node.type) {
      case 'IfStatement':
      case 'ConditionalExpression':
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'ForStatement':
        return node.test ? testsIn(node.test).flatMap((test) => this.conditionOf(test)?.key ?? []) : [];
      case 'AssignmentExpression':
        return this.written(node.left);
      case 'VariableDeclarator':
        return node.init ? this.written(node.id) : [];
      default:
        return [];
    }
  }

  private written(target: Node): string[] {
    const token = this.tokenOf(target);
    return token === undefined ? [] : [token];
  }

  private conditionOf(given: Node): Condition | undefined {
    const test = unwrap(given);
    const key = this.keyOf(test);
    return key === undefined
      ? undefined
      : { key, isNegated: test.type === 'BinaryExpression' && test.operator.startsWith('!') };
  }

  private keyOf(given: Node): string | undefined {
    const node = unwrap(given);
    switch (node.type) {
      case 'Literal':
        return node.raw;
      case 'ThisExpression':
        return 'this';
      case 'Identifier':
        return node.name === 'undefined' ? 'undefined' : this.tokenOf(node);
      case 'MemberExpression':
        return joined(this.keyOf(node.object), '.', nameOf(node) || undefined);
      case 'UnaryExpression':
        return joined('', node.operator, this.keyOf(node.argument));
      case 'BinaryExpression':
        return joined(this.keyOf(node.left), node.operator.replace(/^!/, '='), this.keyOf(node.right));
      default:
        return undefined;
    }
  }

  /** Whether nothing else writes it: no callback, no other function. */
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

/** The tests that `!`, `&&` and `||` combine into a test. */
function testsIn(given: Node): Node[] {
  const test = unwrap(given);
  if (isNot(test)) return testsIn(test.argument);
  return test.type === 'LogicalExpression' ? [test.left, test.right].flatMap(testsIn) : [test];
}

export function isNot(node: Node): node is TSESTree.UnaryExpression {
  return node.type === 'UnaryExpression' && node.operator === '!';
}

function joined(left: string | undefined, operator: string, right: string | undefined): string | undefined {
  return left === undefined || right === undefined ? undefined : `${left} ${operator} ${right}`;
}

/** Whether a value is truthy, if the source shows it. */
export function truthOf(given: Node): boolean | undefined {
  const node = unwrap(given);
  switch (node.type) {
    case 'Literal':
      return Boolean(node.value);
    case 'Identifier':
      return node.name === 'undefined' ? false : undefined;
    case 'ArrayExpression':
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'NewExpression':
    case 'ObjectExpression':
      return true;
    default:
      return undefined;
  }
}
