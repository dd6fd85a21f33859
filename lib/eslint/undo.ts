import type { TSESTree } from '@typescript-eslint/utils';
import {
  calleeName,
  contains,
  isBefore,
  isFunction,
  nameOf,
  ownNodes,
  textOf,
  unwrap,
  walk,
  type FunctionNode,
  type Node,
} from './ast.ts';
import { truthOf } from './conditions.ts';
import type { File } from './file.ts';
import { isParameterOf, variablesIn } from './managers.ts';
import { placeOf, placeOfVariable, placesOf, type Place } from './places.ts';
import { stackKindOf } from './stacks.ts';
import { isReassigned } from './variables.ts';
import {
  areOpposite,
  areOppositeStatements,
  areReadAndWrite,
  isDeleting,
  isFilling,
  isFinding,
  isReleasing,
  isRepeated,
  isTeardown,
  isUndoing,
} from './verbs.ts';

/** A piece of code that undoes something. */
export interface Undo {
  /** The node of the generator's own code that it is in. */
  readonly node: Node;
  /** The node that set up what this undoes; `undefined` if that happened outside. */
  readonly setup: Node | undefined;
  /** The thing that both are about. */
  readonly target: Place;
}

type Found = Omit<Undo, 'node'>;

interface Undoing {
  readonly undos: readonly Undo[];
  readonly entrustments: readonly Undo[];
}

const known = new WeakMap<FunctionNode, Undoing>();

/** Everything in the generator's code that undoes something, by its names, in the order of the source. */
export function undosIn(generator: FunctionNode, file: File): readonly Undo[] {
  return undoingIn(generator, file).undos;
}

/** The calls that entrust something else with undoing: `enter(closing(client))`. */
export function entrustmentsIn(generator: FunctionNode, file: File): readonly Undo[] {
  return undoingIn(generator, file).entrustments;
}

function undoingIn(generator: FunctionNode, file: File): Undoing {
  const found = known.get(generator);
  if (found) return found;
  const search = new Search(generator, file);
  const undoing = { undos: [...search.undos()], entrustments: search.entrustments };
  known.set(generator, undoing);
  return undoing;
}

class Search {
  readonly entrustments: readonly Undo[];
  private readonly generator: FunctionNode;
  private readonly file: File;
  private readonly nodes: readonly Node[];
  private readonly calls: readonly TSESTree.CallExpression[];
  private readonly declarators: readonly TSESTree.VariableDeclarator[];
  /** The parameters of the generator. */
  private readonly given: ReadonlySet<Place>;
  /** For each place, the node that gave it something to undo. */
  private readonly acquired = new Map<Place, Node | undefined>();

  constructor(generator: FunctionNode, file: File) {
    this.generator = generator;
    this.file = file;
    this.nodes = ownNodes(generator, file.keys);
    this.calls = this.nodes.filter((node) => node.type === 'CallExpression');
    this.declarators = this.nodes.filter((node) => node.type === 'VariableDeclarator');
    this.given = new Set(generator.params.flatMap((param) => variablesIn(param, file)).map(placeOfVariable));
    for (const node of this.nodes) for (const place of this.placesAcquiredBy(node)) this.note(place, node);
    this.noteWhatIsGivenLater();
    this.entrustments = [...this.entrusted()];
  }

  *undos(): Generator<Undo, void, void> {
    for (const node of this.nodes) {
      const found = this.undoBy(node) ?? this.undoWithin(node) ?? this.undoByHelper(node);
      if (found && !this.isEntrusted(found.target)) yield { ...found, node };
    }
  }

  private *entrusted(): Generator<Undo, void, void> {
    for (const node of this.calls)
      for (const target of this.entrustedBy(node)) yield { node, setup: this.acquired.get(target), target };
  }

  private note(place: Place, node: Node | undefined): void {
    if (!this.acquired.has(place)) this.acquired.set(place, node);
  }

  /**
   * `yield async () => { client = await connect(); clients.push(client); state.client = client; }`: variables that were
   * declared earlier get their values in the block.
   */
  private noteWhatIsGivenLater(): void {
    const declared = new Map(this.declarators.map((node) => [placeOf(node.id, this.file), node]));
    const own = new Set(this.nodes);
    walk(this.generator, this.file.keys, (node) => {
      if (!own.has(node)) this.noteGiven(node, declared);
      return true;
    });
  }

  private noteGiven(node: Node, declared: ReadonlyMap<Place, Node>): void {
    for (const place of this.placesGivenBy(node)) this.note(place, declared.get(place.replace(/\..*/, '')));
  }

  private *placesGivenBy(node: Node): Generator<Place, void, void> {
    if (node.type === 'AssignmentExpression' && !isValue(node.right)) yield placeOf(node.left, this.file);
    if (node.type === 'CallExpression') yield* this.placesFilledBy(node, (argument) => !isValue(argument));
  }

  private *placesAcquiredBy(node: Node): Generator<Place, void, void> {
    if (node.type === 'VariableDeclarator' && node.init && this.acquires(node.init)) yield* this.placesIn(node.id);
    if (node.type === 'AssignmentExpression' && this.acquires(node.right)) yield placeOf(node.left, this.file);
    if (node.type === 'CallExpression') yield* this.placesFilledBy(node, (argument) => this.acquires(argument));
  }

  private placesIn(pattern: Node): Place[] {
    return ownNodes(pattern, this.file.keys).map((part) => placeOf(part, this.file));
  }

  /** `clients.push(await connect())` */
  private *placesFilledBy(
    { callee, arguments: given }: TSESTree.CallExpression,
    isTaken: (argument: Node) => boolean,
  ): Generator<Place, void, void> {
    const method = unwrap(callee);
    if (method.type === 'MemberExpression' && isFilling(nameOf(method)) && given.some(isTaken))
      yield placeOf(method.object, this.file);
  }

  /** Whether the value of an expression may have to be given back. Entered values and plain data don't. */
  private acquires(given: Node): boolean {
    const node = unwrap(given);
    switch (node.type) {
      case 'CallExpression':
        return this.file.words.calledBy(node) === undefined;
      case 'NewExpression':
        return !/^(Map|Set|WeakMap|WeakSet|Array|Date|\w*Error)$/.test(calleeName(node));
      case 'MemberExpression':
        return this.acquires(node.object);
      case 'BinaryExpression':
        // A concatenated name is the name of something new: a folder, a table.
        return node.operator === '+';
      case 'TemplateLiteral':
        return node.expressions.length > 0;
      case 'ConditionalExpression':
        return this.acquires(node.consequent) || this.acquires(node.alternate);
      case 'LogicalExpression':
        return this.acquires(node.left) || this.acquires(node.right);
      case 'AwaitExpression':
        return true;
    }
    return false;
  }

  private undoBy(node: Node): Found | undefined {
    if (node.type === 'CallExpression') return this.undoByCall(node);
    if (node.type === 'AssignmentExpression') return this.undoByAssignment(node);
    if (node.type === 'UpdateExpression') return this.undoByUpdate(node);
    const isDeletion = node.type === 'UnaryExpression' && node.operator === 'delete';
    return isDeletion ? this.undoByDelete(node) : undefined;
  }

  /** `clients.map((client) => client.release())`, `new Promise((resolve) => server.close(resolve))` */
  private undoWithin(node: Node): Found | undefined {
    if (node.type !== 'CallExpression' && node.type !== 'NewExpression') return undefined;
    let found: Found | undefined;
    for (const callback of node.arguments.filter(isFunction))
      walk(callback, this.file.keys, (part) => {
        found ??= part.type === 'CallExpression' ? this.undoOfAcquired(part) : undefined;
        return true;
      });
    return found;
  }

  /** `const done = () => client.release(); yield client; done();` */
  private undoByHelper(node: Node): Found | undefined {
    const helper = node.type === 'CallExpression' ? this.file.variables.valueOf(node.callee) : undefined;
    if (!isFunction(helper) || helper.generator || !contains(this.generator, helper)) return undefined;
    const undos = ownNodes(helper.body, this.file.keys).map((part) => this.undoBy(part));
    return undos.find((undo) => undo !== undefined);
  }

  private undoByCall(call: TSESTree.CallExpression): Found | undefined {
    return (
      this.undoOfAcquired(call) ??
      this.undoOfStarted(call) ??
      this.undoOfOpposite(call) ??
      this.undoBySettingBack(call) ??
      this.undoOfGiven(call)
    );
  }

  /** `held.delete(name)` after `held.add(name)` */
  private undoOfOpposite(call: TSESTree.CallExpression): Found | undefined {
    const setup = this.callsBefore(call).find((earlier) => this.isOpposite(earlier, call));
    return setup && { setup, target: this.subjectOf(call) };
  }

  private isOpposite(earlier: TSESTree.CallExpression, call: TSESTree.CallExpression): boolean {
    if (this.receiverOf(earlier) !== this.receiverOf(call)) return false;
    const [one, other] = [earlier.arguments[0], call.arguments[0]];
    const isAboutSame = !one || !other || placeOf(one, this.file) === placeOf(other, this.file);
    // A call that cleans up before as well as after: `closeAll(device); yield device; closeAll(device);`
    if (calleeName(earlier) === calleeName(call))
      return areOppositeStatements(textOf(one), textOf(other)) || (isAboutSame && isUndoing(calleeName(call)));
    if (areOpposite(calleeName(earlier), calleeName(call))) return isAboutSame;
    // Functions of a module, for the same file: `copy(template, folder)` and `rm(folder)`.
    return this.isFunctionOfModule(call) && isUndoing(calleeName(call)) && this.takes(earlier, other);
  }

  private takes(call: TSESTree.CallExpression, subject: Node | undefined): boolean {
    if (!subject || subject.type === 'Literal') return false;
    const place = placeOf(subject, this.file);
    return call.arguments.some((argument) => placeOf(argument, this.file) === place);
  }

  private isFunctionOfModule({ callee }: TSESTree.CallExpression): boolean {
    const called = unwrap(callee);
    const name = called.type === 'MemberExpression' ? unwrap(called.object) : called;
    const variable = this.file.variables.of(name);
    return (
      name.type === 'Identifier' &&
      !isParameterOf(variable, this.generator) &&
      !this.acquired.get(placeOf(name, this.file))
    );
  }

  /**
   * `process.chdir(before)` after `process.chdir(folder)`, `setWriter(undefined)` after `setWriter(write)`,
   * `Object.defineProperty(process, 'platform', { value: before })` after the same with another value
   */
  private undoBySettingBack(call: TSESTree.CallExpression): Found | undefined {
    const callee = placeOf(call.callee, this.file);
    const earlier = this.callsBefore(call).filter((one) => placeOf(one.callee, this.file) === callee);
    const setup = isRepeated(calleeName(call)) ? undefined : earlier.find((one) => this.setsBack(one, call));
    return setup || this.writesWhatWasRead(call) ? { setup, target: callee } : undefined;
  }

  /** `writeFile(path, before)` after `const before = await readFile(path)` */
  private writesWhatWasRead(call: TSESTree.CallExpression): boolean {
    const written = call.arguments.at(-1);
    const variable = written && this.file.variables.of(written);
    return this.declarators.some(({ id, init }) => {
      if (!variable || this.file.variables.of(id) !== variable) return false;
      const made = init && unwrap(init);
      const read = made?.type === 'AwaitExpression' ? unwrap(made.argument) : made;
      return (
        read?.type === 'CallExpression' &&
        areReadAndWrite(calleeName(read), calleeName(call)) &&
        this.receiverOf(read) === this.receiverOf(call) &&
        call.arguments.slice(0, -1).every((argument, index) => this.isSame(argument, read.arguments[index]))
      );
    });
  }

  /**
   * Whether two calls set the same thing, and the later one sets it to its value before the earlier one, or to nothing.
   */
  private setsBack(earlier: TSESTree.CallExpression, call: TSESTree.CallExpression): boolean {
    const [one, other] = [earlier.arguments.at(-1), call.arguments.at(-1)];
    const isAboutSame = call.arguments.every(
      (argument, index) => argument === other || this.isSame(argument, earlier.arguments[index]),
    );
    if (!one || !other || !isAboutSame) return false;
    return isEmpty(other) ? !isEmpty(one) : this.holdsSaved(other, earlier);
  }

  private isSame(one: Node, other: Node | undefined): boolean {
    return other !== undefined && placeOf(one, this.file) === placeOf(other, this.file);
  }

  /** Whether an argument is, or contains, a variable with a value that was read before a call. */
  private holdsSaved(argument: Node, call: Node): boolean {
    return this.declarators.some(
      (node) =>
        isBefore(node, call) && isRead(node.init) && this.mentions(argument, node.id) && !this.mentions(call, node.id),
    );
  }

  private mentions(node: Node, name: Node): boolean {
    const place = placeOf(name, this.file);
    return ownNodes(node, this.file.keys).some((part) => placeOf(part, this.file) === place);
  }

  /** `client.release()`, `removeUser(user)`, `restore()` of what the generator has made */
  private undoOfAcquired(call: TSESTree.CallExpression): Found | undefined {
    const name = calleeName(call);
    if (!isUndoing(name)) return undefined;
    const subjects = [call.callee, ...call.arguments].slice(0, 2);
    for (const place of subjects.flatMap((subject) => placesOf(subject, this.file))) {
      const setup = this.acquired.get(place);
      // Deleting something that was already there isn't undoing: a message that was received, and dealt with.
      if (!setup || (isDeleting(name) && isFound(setup))) continue;
      if (isBefore(setup, call)) return { setup, target: place };
    }
    return undefined;
  }

  /** `span.finish()` after `const span = tracer.startSpan(name)` */
  private undoOfStarted(call: TSESTree.CallExpression): Found | undefined {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression' || nameOf(callee) !== 'finish') return undefined;
    const target = placeOf(callee.object, this.file);
    const setup = this.acquired.get(target);
    return setup && isStart(setup) ? { setup, target } : undefined;
  }

  /** `client.release()` of a parameter; `cleanUp()` of whatever */
  private undoOfGiven(call: TSESTree.CallExpression): Found | undefined {
    const name = calleeName(call);
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression')
      return isTeardown(name) && call.arguments.length === 0 ? { setup: undefined, target: name } : undefined;
    const target = placesOf(callee.object, this.file).find((place) => this.given.has(place));
    return target !== undefined && isReleasing(name) ? { setup: undefined, target } : undefined;
  }

  /** `console.log = before`, `state.busy = false`, `open -= 1` */
  private undoByAssignment(node: TSESTree.AssignmentExpression): Found | undefined {
    const { left, operator, right } = node;
    if (this.isLocal(left)) return undefined;
    const target = placeOf(left, this.file);
    const setup = this.writesBefore(node, target).find((earlier) =>
      operator === '=' ? isEmpty(right) : areOppositeOperators(earlier.operator, operator),
    );
    const saved = operator === '=' ? (this.savedFrom(right, target) ?? this.savedWithAll(left, right)) : undefined;
    return saved || setup ? { setup: this.writesBefore(node, target)[0] ?? saved, target } : undefined;
  }

  /** The declaration of a variable that saved the value of the place. */
  private savedFrom(right: Node, target: Place): Node | undefined {
    const value = unwrap(right);
    const variable = this.file.variables.of(value);
    const declared = this.declarators.find(({ id }) => this.file.variables.of(id) === variable);
    if (!variable || isReassigned(variable) || !declared?.init) return undefined;
    const isSaved = ownNodes(declared.init, this.file.keys).some((part) => placeOf(part, this.file) === target);
    return isSaved ? declared : undefined;
  }

  /** Of `process.env[key] = before[key]`, the declaration `const before = { ...process.env }`. */
  private savedWithAll(left: Node, right: Node): Node | undefined {
    const [place, value] = [unwrap(left), unwrap(right)];
    return place.type === 'MemberExpression' && value.type === 'MemberExpression'
      ? this.savedFrom(value.object, placeOf(place.object, this.file))
      : undefined;
  }

  private undoByUpdate(node: TSESTree.UpdateExpression): Found | undefined {
    const target = placeOf(node.argument, this.file);
    if (this.isLocal(node.argument)) return undefined;
    const setup = this.writesBefore(node, target).find((earlier) =>
      areOppositeOperators(earlier.operator, node.operator),
    );
    return setup && { setup, target };
  }

  private undoByDelete(node: TSESTree.UnaryExpression): Found | undefined {
    const target = placeOf(node.argument, this.file);
    const [setup] = this.writesBefore(node, target);
    return setup && { setup, target };
  }

  private writesBefore(node: Node, target: Place): (TSESTree.AssignmentExpression | TSESTree.UpdateExpression)[] {
    const writes = this.nodes.filter(
      (earlier) => earlier.type === 'AssignmentExpression' || earlier.type === 'UpdateExpression',
    );
    return writes.filter((write) => {
      const written = write.type === 'AssignmentExpression' ? write.left : write.argument;
      return isBefore(write, node) && placeOf(written, this.file) === target;
    });
  }

  /** A variable of the generator itself is gone when the generator is. */
  private isLocal(node: Node): boolean {
    const definition = this.file.variables.of(unwrap(node))?.defs[0];
    return definition !== undefined && contains(this.generator, definition.node);
  }

  private callsBefore(call: TSESTree.CallExpression): TSESTree.CallExpression[] {
    return this.calls.filter((earlier) => isBefore(earlier, call));
  }

  private receiverOf({ callee }: TSESTree.CallExpression): Place {
    const called = unwrap(callee);
    return called.type === 'MemberExpression' ? placeOf(called.object, this.file) : '';
  }

  private subjectOf(call: TSESTree.CallExpression): Place {
    const [first] = call.arguments;
    return this.receiverOf(call) || (first ? placeOf(first, this.file) : calleeName(call));
  }

  /** Whether something else takes care of it: `enter(closing(client))`, `stack.defer(() => client.release())`. */
  private isEntrusted(target: Place): boolean {
    return this.entrustments.some((entrustment) => entrustment.target === target);
  }

  private *entrustedBy(call: TSESTree.CallExpression): Generator<Place, void, void> {
    const callee = unwrap(call.callee);
    const isStack =
      callee.type === 'MemberExpression' &&
      stackKindOf(callee.object, this.file) !== undefined &&
      /^(use|adopt|defer|push|enterContext)$/.test(nameOf(callee));
    if (isStack || ['aclosing', 'closing', 'enter'].includes(String(this.file.words.calledBy(call))))
      for (const argument of call.arguments) yield* this.placesGiven(argument);
  }

  private *placesGiven(argument: Node): Generator<Place, void, void> {
    const given = unwrap(argument);
    if (given.type === 'Identifier' || given.type === 'MemberExpression') yield* placesOf(given, this.file);
    if (isFunction(argument))
      for (const node of ownNodes(argument.body, this.file.keys)) yield* placesOf(node, this.file);
  }
}

/** `const span = tracer.startSpan(name)` */
function isStart(setup: Node): boolean {
  return /^start(?![a-z])/.test(verbOf(setup));
}

/** `const message = await queue.receive()` */
function isFound(setup: Node): boolean {
  return isFinding(verbOf(setup));
}

/** The name of the function that a declaration, an assignment or a call calls. */
export function verbOf(setup: Node): string {
  const value =
    setup.type === 'VariableDeclarator' ? setup.init : setup.type === 'AssignmentExpression' ? setup.right : setup;
  const made = value && unwrap(value);
  const call = made?.type === 'AwaitExpression' ? unwrap(made.argument) : made;
  return call?.type === 'CallExpression' ? calleeName(call) : '';
}

/** Whether an expression reads something: `process.cwd()`, `process.platform`, `{ ...process.env }`. */
function isRead(given: Node | null): boolean {
  const node = given && unwrap(given);
  if (node?.type === 'ObjectExpression') return node.properties[0]?.type === 'SpreadElement';
  return node?.type === 'MemberExpression' || (node?.type === 'CallExpression' && node.arguments.length === 0);
}

function isValue(given: Node): boolean {
  const { type } = unwrap(given);
  return type === 'Literal' || type === 'TemplateLiteral' || type === 'ObjectExpression';
}

/** Whether the assigned value says that nothing is left. */
function isEmpty(given: Node): boolean {
  return truthOf(given) === false;
}

function areOppositeOperators(one: string, other: string): boolean {
  const up = ['++', '+='];
  const down = ['--', '-='];
  return (up.includes(one) && down.includes(other)) || (down.includes(one) && up.includes(other));
}
