import type { TSESTree } from '@typescript-eslint/utils';
import {
  ancestorsOf,
  childrenOf,
  isFunction,
  isGeneratorFunction,
  nameOf,
  ownNodes,
  unwrap,
  wrapped,
  type FunctionNode,
  type Node,
} from './ast.ts';
import type { File } from './file.ts';
import { definitionOf, pickedProperty, type Variable } from './variables.ts';
import type { Word } from './words.ts';

/** A generator function that is passed to `asyncContextManager()` or `contextManager()`, or that a scope runs. */
export interface Generator {
  readonly fn: FunctionNode;
  readonly isScope: boolean;
  /** The call that takes it. */
  readonly call: TSESTree.CallExpression;
  /** Whether it is written in that call. */
  readonly isInline: boolean;
}

/** The function that a driver or a decorator runs in a manager. */
export interface Block {
  readonly call: Node;
  /** The manager, if this call takes one. */
  readonly manager: Node | undefined;
  readonly body: Node;
  /** The function, if it is in this file. */
  readonly fn: FunctionNode | undefined;
  readonly kind: 'driver' | 'scope' | 'decorator';
  readonly isSync: boolean;
  readonly takesResults: boolean;
}

/** The managers of a file, and where they are entered. */
export interface Managers {
  readonly generators: readonly Generator[];
  readonly blocks: readonly Block[];
}

const known = new WeakMap<File, Managers>();

export function managersOf(file: File): Managers {
  const found = known.get(file);
  if (found) return found;
  const calls = file.nodes.filter((node) => node.type === 'CallExpression');
  const blocks = [...calls.map((call) => blockOf(call, file)), ...decoratedMethods(file)];
  const managers = {
    generators: calls.map((call) => generatorOf(call, file)).filter((generator) => generator !== undefined),
    blocks: blocks.filter((block) => block !== undefined),
  };
  known.set(file, managers);
  return managers;
}

/** The words that take a generator function, each with whether it runs the generator itself. */
const takesGenerator = new Map<string | undefined, boolean>([
  ['asyncContextManager', false],
  ['contextManager', false],
  ['scopeAsync', true],
  ['scopeSync', true],
]);

function generatorOf(call: TSESTree.CallExpression, file: File): Generator | undefined {
  const isScope = takesGenerator.get(file.words.calledBy(call));
  const [given] = call.arguments;
  if (isScope === undefined || !given) return undefined;
  const fn = file.variables.valueOf(given);
  return isGeneratorFunction(fn) ? { fn, call, isScope, isInline: fn === given } : undefined;
}

const drivers = new Map<string, Block['kind']>([
  ['withAsync', 'driver'],
  ['withSync', 'driver'],
  ['scopeAsync', 'scope'],
  ['scopeSync', 'scope'],
  ['fp.use', 'driver'],
  ['fp.useSync', 'driver'],
]);

function blockOf(call: TSESTree.CallExpression, file: File): Block | undefined {
  const word = file.words.of(call.callee);
  const kind = word && drivers.get(word.name);
  if (!kind) return decorated(call, call.callee, call.arguments[0], file);
  const [manager, body] = word.name.startsWith('with') ? call.arguments : [undefined, call.arguments[0]];
  return body && blockWith({ kind, call, manager, body }, word, file);
}

/** `asyncContextDecorator(manager)(body)` */
function decorated(call: Node, decorator: Node, body: Node | undefined, file: File): Block | undefined {
  const made = file.variables.valueOf(decorator);
  if (!body || made.type !== 'CallExpression') return undefined;
  const word = file.words.of(made.callee);
  if (!word || !decorators.has(word.name)) return undefined;
  return blockWith({ kind: 'decorator', call, manager: made.arguments[0], body }, word, file);
}

const decorators = new Set(['asyncContextDecorator', 'contextDecorator']);

const syncWords = new Set(['withSync', 'scopeSync', 'fp.useSync', 'contextDecorator']);

function blockWith(
  parts: Pick<Block, 'kind' | 'call' | 'manager' | 'body'>,
  { name, takesResults }: Word,
  file: File,
): Block {
  return { ...parts, fn: functionOf(parts.body, file), isSync: syncWords.has(name), takesResults };
}

/** `@asyncContextDecorator(manager) method() {}` */
function decoratedMethods(file: File): (Block | undefined)[] {
  return file.nodes
    .filter((node) => node.type === 'Decorator')
    .map((node) => decorated(node, node.expression, (node.parent as TSESTree.MethodDefinition).value, file));
}

function functionOf(node: Node, file: File): FunctionNode | undefined {
  const value = file.variables.valueOf(node);
  return isFunction(value) ? value : undefined;
}

/** Words that return a manager when they are called. */
const makerWords = new Set<string | undefined>([
  'aclosing',
  'all',
  'abandonable',
  'chdir',
  'closing',
  'deadline',
  'fp.lift',
  'fp.of',
  'fp.optional',
  'fromCallback',
  'nullContext',
  'passing',
  'redirectStderr',
  'redirectStdout',
  'suppress',
  'taskGroup',
  'terminationSignal',
  'timeout',
]);

/** Whether an expression is a manager that has not been entered yet. */
export function isManager(node: Node, file: File, seen: ReadonlySet<Node> = new Set()): boolean {
  const value = file.variables.valueOf(node);
  switch (value.type) {
    case 'CallExpression':
      if (makerWords.has(file.words.calledBy(value))) return true;
      if (makesManagers(value.callee, file, seen)) return true;
      break;
    case 'NewExpression':
      if (isManagerClass(value.callee, file)) return true;
      break;
    case 'ConditionalExpression':
      return [value.consequent, value.alternate].every((one) => isManager(one, file, seen));
  }
  return isManagerByType(node, file);
}

/**
 * Stacks are managers too, but are mostly used in other ways. A method that returns its object or its argument makes
 * nothing new: `stack.push(manager)`.
 */
function isManagerByType(node: Node, file: File): boolean {
  const { types } = file;
  if (!types?.isManager(node) || types.isStack(node)) return false;
  const call = unwrap(node);
  if (call.type !== 'CallExpression') return true;
  const subjects = [...childrenOf(unwrap(call.callee), file.keys), ...call.arguments];
  return !subjects.some((subject) => types.isManager(subject));
}

/** Whether a function returns managers: a manager function, or one that returns what such a function returns. */
function makesManagers(callee: Node, file: File, seen: ReadonlySet<Node>): boolean {
  const value = valueIn(callee, file);
  if (!value || seen.has(value)) return false;
  if (value.type === 'CallExpression') return takesGenerator.get(file.words.calledBy(value)) === false;
  if (!isFunction(value) || value.async || value.generator) return false;
  const known = makers.get(value) ?? returnsManager(value, file, new Set([...seen, value]));
  makers.set(value, known);
  return known;
}

const makers = new WeakMap<FunctionNode, boolean>();

function returnsManager(fn: FunctionNode, file: File, seen: ReadonlySet<Node>): boolean {
  const results = resultsOf(fn, file);
  return results.length > 0 && results.every((result) => isManager(result, file, seen));
}

/** The value of a variable, of a field of this class, or of a property of an object in the file. */
function valueIn(callee: Node, file: File): Node | undefined {
  const node = unwrap(callee);
  if (node.type === 'MemberExpression') {
    const object = node.object.type === 'ThisExpression' ? classAround(node) : file.variables.valueOf(node.object);
    return valueOfMember(object, nameOf(node));
  }
  const definition = definitionOf(file.variables.of(node));
  if (definition?.type !== 'Variable') return file.variables.valueOf(node);
  const { id, init } = definition.node;
  const picked = pickedProperty(definition.name, id);
  return picked && init ? valueOfMember(file.variables.valueOf(init), nameOf(picked)) : file.variables.valueOf(node);
}

function valueOfMember(object: Node | undefined, name: string): Node | undefined {
  const found = membersOf(object)?.find((member) => 'key' in member && name && nameOf(member) === name);
  const value = (found as TSESTree.Property | undefined)?.value;
  return value && unwrap(value);
}

function membersOf(
  object: Node | undefined,
): readonly (TSESTree.ObjectLiteralElement | TSESTree.ClassElement)[] | undefined {
  if (object?.type === 'ObjectExpression') return object.properties;
  return object?.type === 'ClassBody' ? object.body : undefined;
}

export function classAround(node: Node): TSESTree.ClassBody | undefined {
  return ancestorsOf(node).find((around) => around.type === 'ClassBody');
}

/** The expressions that a function returns. */
export function resultsOf({ body, expression }: FunctionNode, file: File): Node[] {
  if (expression) return [body];
  return ownNodes(body, file.keys).flatMap((node) => (node.type === 'ReturnStatement' ? (node.argument ?? node) : []));
}

const managerClasses = new Set<string | undefined>(['AbstractAsyncContextManager', 'AbstractContextManager']);

/** Whether it is a class that extends one of withal's, or that class itself. */
function isManagerClass(callee: Node, file: File): boolean {
  const value = file.variables.valueOf(callee);
  const { superClass } = value as Partial<TSESTree.ClassDeclaration>;
  return managerClasses.has(file.words.of(superClass ?? value)?.name);
}

/** The variables that hold what a block entered: the parameter of its body; in a scope, those of `yield* enter(…)`. */
export function enteredVariables({ fn, kind }: Block, file: File): Variable[] {
  if (!fn || kind === 'decorator') return [];
  if (kind === 'driver') return fn.params.slice(0, 1).flatMap((param) => variablesIn(param, file));
  return ownNodes(fn, file.keys)
    .filter((node) => node.type === 'YieldExpression' && file.words.calledBy(node.argument) === 'enter')
    .map((node) => wrapped(node).parent as Node)
    .flatMap((holder) => (holder.type === 'VariableDeclarator' ? variablesIn(holder.id, file) : []));
}

export function variablesIn(pattern: Node, file: File): Variable[] {
  const variables = ownNodes(pattern, file.keys).map((node) => file.variables.of(node));
  return [...new Set(variables.filter((variable) => variable !== undefined))];
}

export function isParameterOf(variable: Variable | undefined, fn: FunctionNode): boolean {
  const definition = variable?.defs[0];
  return definition?.type === 'Parameter' && definition.node === fn;
}
