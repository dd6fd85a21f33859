import type { TSESTree } from '@typescript-eslint/utils';
import {
  ancestorsOf,
  isFunction,
  isGeneratorFunction,
  nameOf,
  ownNodes,
  unwrap,
  type FunctionNode,
  type Node,
} from './ast.ts';
import type { File } from './file.ts';
import { definitionOf, pickedProperty, type Variable } from './variables.ts';

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
  /** The manager; where a function of it is written down, and the driver takes it apart. */
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
  const managers = {
    generators: calls.flatMap((call) => generatorOf(call, file)),
    blocks: [...calls.flatMap((call) => blockOf(call, file)), ...decoratedMethods(file)],
  };
  known.set(file, managers);
  return managers;
}

const takesGenerator = /^(asyncContextManager|contextManager|scopeAsync|scopeSync)$/;

function generatorOf(call: TSESTree.CallExpression, file: File): Generator[] {
  const word = file.words.calledBy(call) ?? '';
  const [given] = call.arguments;
  const fn = given && takesGenerator.test(word) ? file.variables.valueOf(given) : undefined;
  return isGeneratorFunction(fn) ? [{ fn, call, isScope: word.startsWith('scope'), isInline: fn === given }] : [];
}

const drivers: Readonly<Record<string, Pick<Block, 'kind' | 'isSync'>>> = {
  withAsync: { kind: 'driver', isSync: false },
  withSync: { kind: 'driver', isSync: true },
  scopeAsync: { kind: 'scope', isSync: false },
  scopeSync: { kind: 'scope', isSync: true },
  'fp.use': { kind: 'driver', isSync: false },
  'fp.useSync': { kind: 'driver', isSync: true },
};

const decorators: Readonly<Record<string, boolean>> = { asyncContextDecorator: false, contextDecorator: true };

function blockOf(call: TSESTree.CallExpression, file: File): Block[] {
  const word = file.words.of(call.callee);
  const driver = drivers[word?.name ?? ''];
  if (!word || !driver) return decorated(call, call.callee, call.arguments[0], file);
  const isMethod = driver.kind === 'driver' && !word.name.startsWith('fp.');
  const [manager, body] = isMethod ? call.arguments : [undefined, call.arguments[0]];
  if (!body) return [];
  return [{ ...driver, call, manager, body, fn: functionOf(body, file), takesResults: word.takesResults }];
}

/** `asyncContextDecorator(manager)(body)` */
function decorated(call: Node, decorator: Node, body: Node | undefined, file: File): Block[] {
  const made = file.variables.valueOf(decorator);
  const word = made.type === 'CallExpression' ? file.words.of(made.callee) : undefined;
  const isSync = decorators[word?.name ?? ''];
  if (!word || isSync === undefined || made.type !== 'CallExpression' || !body) return [];
  const { takesResults } = word;
  const fn = functionOf(body, file);
  return [{ kind: 'decorator', call, manager: made.arguments[0], body, fn, isSync, takesResults }];
}

/** `@asyncContextDecorator(manager) method() {}` */
function decoratedMethods(file: File): Block[] {
  return file.nodes.flatMap((node) =>
    node.type === 'MethodDefinition'
      ? decoratorsOf(node).flatMap((decorator) => decorated(decorator, decorator.expression, node.value, file))
      : [],
  );
}

/** ESLint's own parser doesn't know decorators. */
function decoratorsOf({ decorators }: Partial<TSESTree.MethodDefinition>): readonly TSESTree.Decorator[] {
  return decorators ?? [];
}

function functionOf(node: Node, file: File): FunctionNode | undefined {
  const value = file.variables.valueOf(node);
  return isFunction(value) ? value : undefined;
}

/** Words that return a manager when they are called. */
const makerWords = new Set([
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

/** They are managers, too, but mostly they are used otherwise. */
const stackNames = new Set(['AsyncExitStack', 'ExitStack']);

/** Whether an expression is a manager that has not been entered yet. */
export function isManager(node: Node, file: File, seen: readonly Node[] = []): boolean {
  const value = file.variables.valueOf(node);
  switch (value.type) {
    case 'CallExpression':
      if (makerWords.has(file.words.calledBy(value) ?? '')) return true;
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

/** A method that returns its object or its argument makes nothing new: `stack.push(manager)`. */
function isManagerByType(node: Node, file: File): boolean {
  const { types } = file;
  if (!types?.isManager(node) || stackNames.has(String(types.nameOf(node)))) return false;
  const call = unwrap(node);
  if (call.type !== 'CallExpression') return true;
  const callee = unwrap(call.callee);
  const subjects = callee.type === 'MemberExpression' ? [callee.object, ...call.arguments] : call.arguments;
  return !subjects.some((subject) => types.isManager(subject));
}

/** Whether a function returns managers: a manager function, or one that returns what such a function returns. */
function makesManagers(callee: Node, file: File, seen: readonly Node[]): boolean {
  const value = valueIn(callee, file);
  if (!value || seen.includes(value)) return false;
  if (value.type === 'CallExpression')
    return /^(asyncContextManager|contextManager)$/.test(file.words.calledBy(value) ?? '');
  if (!isFunction(value) || value.async || value.generator) return false;
  const known = makers.get(value) ?? returnsManager(value, file, [...seen, value]);
  makers.set(value, known);
  return known;
}

const makers = new WeakMap<FunctionNode, boolean>();

function returnsManager(fn: FunctionNode, file: File, seen: readonly Node[]): boolean {
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
  const picked = definition?.type === 'Variable' ? pickedProperty(definition.name, definition.node.id) : undefined;
  return definition?.type === 'Variable' && picked && definition.node.init
    ? valueOfMember(file.variables.valueOf(definition.node.init), nameOf(picked))
    : file.variables.valueOf(node);
}

function valueOfMember(object: Node | undefined, name: string): Node | undefined {
  const members =
    object?.type === 'ObjectExpression' ? object.properties : object?.type === 'ClassBody' ? object.body : [];
  const found = members.find(
    (member) => (member.type === 'Property' || member.type === 'PropertyDefinition') && name && nameOf(member) === name,
  );
  return found && 'value' in found && found.value ? unwrap(found.value) : undefined;
}

export function classAround(node: Node): TSESTree.ClassBody | undefined {
  return ancestorsOf(node).find((around) => around.type === 'ClassBody');
}

/** What a function returns, as it is written. */
export function resultsOf({ body, expression }: FunctionNode, file: File): Node[] {
  if (expression) return [body];
  return ownNodes(body, file.keys).flatMap((node) => (node.type === 'ReturnStatement' ? (node.argument ?? node) : []));
}

function isManagerClass(callee: Node, file: File): boolean {
  const value = file.variables.valueOf(callee);
  const isClass = value.type === 'ClassDeclaration' || value.type === 'ClassExpression';
  if (!isClass || !value.superClass) return false;
  return /^Abstract(Async)?ContextManager$/.test(file.words.of(value.superClass)?.name ?? '');
}

/** The variables that hold what a block entered: the parameter of its body; in a scope, those of `yield* enter(…)`. */
export function enteredVariables({ fn, kind }: Block, file: File): Variable[] {
  if (kind === 'driver') return fn?.params[0] ? variablesIn(fn.params[0], file) : [];
  if (kind === 'decorator' || !fn) return [];
  const declarators = ownNodes(fn, file.keys).filter((node) => node.type === 'VariableDeclarator');
  return declarators
    .filter(({ init }) => init?.type === 'YieldExpression' && file.words.calledBy(init.argument) === 'enter')
    .flatMap(({ id }) => variablesIn(id, file));
}

export function variablesIn(pattern: Node, file: File): Variable[] {
  const names = ownNodes(pattern, file.keys).filter((node) => node.type === 'Identifier');
  const variables = names.map((name) => file.variables.of(name)).filter((variable) => variable !== undefined);
  return [...new Set(variables)];
}

export function isParameterOf(variable: Variable | undefined, fn: FunctionNode): boolean {
  return variable?.defs.some(({ type, node }) => type === 'Parameter' && node === fn) ?? false;
}
