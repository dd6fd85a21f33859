import type { TSESTree } from '@typescript-eslint/utils';

export type Node = TSESTree.Node;

export type FunctionNode =
  TSESTree.ArrowFunctionExpression | TSESTree.FunctionDeclaration | TSESTree.FunctionExpression;

/** The fields of a node that hold its children, in source order. */
export type VisitorKeys = Readonly<Record<string, readonly string[] | undefined>>;

export function isFunction(node: Node | null | undefined): node is FunctionNode {
  return (
    node?.type === 'ArrowFunctionExpression' ||
    node?.type === 'FunctionDeclaration' ||
    node?.type === 'FunctionExpression'
  );
}

export function isGeneratorFunction(node: Node | null | undefined): node is FunctionNode {
  return isFunction(node) && node.generator;
}

/** Whether the node is a type, or declares one. Nothing in it runs. */
export function isType(node: Node): boolean {
  return /TS(Interface|Type(?!Assertion))/.test(node.type);
}

/** The expression itself, without TypeScript syntax or optional chaining around it. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
    case 'ChainExpression':
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** The expression with everything around it that `unwrap` removes. */
export function wrapped(node: Node): Node {
  const { parent } = node;
  return parent && unwrap(parent) !== parent ? wrapped(parent) : node;
}

export function childrenOf(node: Node, keys: VisitorKeys): Node[] {
  const children: Node[] = [];
  eachChild(node, keys, (child) => children.push(child));
  return children;
}

/**
 * Calls `visit` on the node and on everything below it, outermost first. If `visit` returns `false`, it skips
 * everything below that node.
 */
export function walk(node: Node, keys: VisitorKeys, visit: (node: Node) => boolean | undefined): void {
  if (visit(node) !== false) eachChild(node, keys, (child) => walk(child, keys, visit));
}

function eachChild(node: Node, keys: VisitorKeys, visit: (child: Node) => unknown): void {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  // A parser may have no keys for a new kind of node.
  keys[node.type]?.forEach((key) => {
    const value = fields[key];
    const children = (Array.isArray(value) ? value : [value]) as readonly (Node | null)[];
    for (const child of children) if (child) visit(child);
  });
}

const own = new WeakMap<Node, readonly Node[]>();

/** The nodes that run when this node runs: functions and classes inside it run at some other time. */
export function ownNodes(root: Node, keys: VisitorKeys): readonly Node[] {
  const known = own.get(root);
  if (known) return known;
  const nodes: Node[] = [];
  walk(root, keys, (node) => {
    if (node !== root && (isFunction(node) || node.type === 'ClassBody')) return false;
    nodes.push(node);
    return true;
  });
  own.set(root, nodes);
  return nodes;
}

export function ancestorsOf(node: Node): Node[] {
  return node.parent ? [node.parent, ...ancestorsOf(node.parent)] : [];
}

export function contains(outer: Node, inner: Node): boolean {
  return outer.range[0] <= inner.range[0] && inner.range[1] <= outer.range[1];
}

export function isBefore(one: Node, other: Node): boolean {
  return one.range[1] <= other.range[0];
}

/** The member expression that reads a property of the node: `a.b` for `a`. */
export function memberOf(given: Node): TSESTree.MemberExpression | undefined {
  const object = wrapped(given);
  const parent = object.parent as Node;
  return parent.type === 'MemberExpression' && parent.object === object ? parent : undefined;
}

export function functionAround(node: Node): FunctionNode | undefined {
  return ancestorsOf(node).find(isFunction);
}

/** The part of a function to underline: everything but its body. */
export function headOf({ loc, body }: FunctionNode): TSESTree.SourceLocation {
  return { start: loc.start, end: body.loc.start };
}

/** The nearest statement around the node; everything that runs is part of one. */
export function statementOf(node: Node): Node {
  return [node, ...ancestorsOf(node)].find(({ type }) => /(Statement|Declaration)$/.test(type)) as Node;
}

/** The values that an expression statement drops: for `on && start()`, the result of `start()`. */
export function droppedIn(expression: Node): Node[] {
  const node = unwrap(expression);
  switch (node.type) {
    case 'LogicalExpression':
      return droppedIn(node.right);
    case 'ConditionalExpression':
      return [node.consequent, node.alternate].flatMap(droppedIn);
    case 'SequenceExpression':
      return node.expressions.flatMap(droppedIn);
    default:
      return [node];
  }
}

export function isVoid(node: Node): node is TSESTree.UnaryExpression {
  return (node as TSESTree.UnaryExpression).operator === 'void';
}

/** What has a name in an object or in a class. */
type Named = Extract<TSESTree.ObjectLiteralElement | TSESTree.ClassElement, { computed: boolean }>;

/**
 * The name of a property: `b` for `a.b`, `a['b']` and `{ b: … }`, `@@dispose` for `a[Symbol.dispose]`; empty if the
 * source doesn't show it.
 */
export function nameOf(node: TSESTree.MemberExpression | Named): string {
  const key = unwrap(node.type === 'MemberExpression' ? node.property : node.key);
  if (key.type === 'Literal') return String(key.value);
  if (!node.computed) return (key as TSESTree.Identifier).name;
  const isSymbol = key.type === 'MemberExpression' && (key.object as TSESTree.Identifier).name === 'Symbol';
  return isSymbol ? `@@${nameOf(key)}` : '';
}

/** The name that is called: `f` in `f()`, `m` in `a.m()`; empty if the source doesn't show it. */
export function calleeName(call: TSESTree.CallExpression | TSESTree.NewExpression): string {
  const callee = unwrap(call.callee);
  if (callee.type === 'Identifier') return callee.name;
  return callee.type === 'MemberExpression' ? nameOf(callee) : '';
}

/** The text of a literal, or of a template without its expressions; empty if it is neither. */
export function textOf(node: Node | undefined): string {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  return node?.type === 'TemplateLiteral' ? node.quasis.map(({ value }) => value.raw).join(' ') : '';
}
