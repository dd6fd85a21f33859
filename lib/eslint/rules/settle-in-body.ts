import type { TSESTree } from '@typescript-eslint/utils';
import {
  calleeName,
  childrenOf,
  contains,
  droppedIn,
  isFunction,
  isVoid,
  nameOf,
  unwrap,
  walk,
  type FunctionNode,
  type Node,
} from '../ast.ts';
import type { File } from '../file.ts';
import { enteredVariables, managersOf, variablesIn, type Block } from '../managers.ts';
import { rule, type Report, type Rule } from '../rule.ts';
import { definitionOf, type Variable } from '../variables.ts';
import { isEnter } from '../ways.ts';

type Message = 'floating' | 'forEach' | 'siblings' | 'timer' | 'void';

export const settleInBody: Rule = rule<Message>({
  description: 'Require a body to finish everything that it starts',
  messages: {
    floating: 'Nothing waits for this, so the manager exits while it still runs. Await it or return it.',
    forEach:
      "forEach() doesn't wait for async callbacks, so the manager exits while they still run. Use for (const … of …) with await.",
    siblings:
      'If one of these fails, Promise.all() leaves the others running while the manager exits. Start them in a taskGroup(), or await them one by one.',
    timer: 'This runs after the manager has exited. Await the delay in the body instead.',
    void: 'The manager exits while this still runs. Await it or return it.',
  },
  schema: [{ type: 'object', properties: { promiseAll: { type: 'boolean' } }, additionalProperties: false }],
  check(file, report, [options]) {
    const isAsked = (options as { readonly promiseAll?: boolean } | undefined)?.promiseAll ?? false;
    for (const block of managersOf(file).blocks) if (block.fn) new Body(block, block.fn, file, report).check(isAsked);
  },
});

/** A body, and what it leaves running. */
class Body {
  private readonly block: Block;
  private readonly fn: FunctionNode;
  private readonly file: File;
  private readonly report: Report<Message>;
  /** What the block holds: the entered value, and the manager's arguments. */
  private readonly held: Variable[];

  constructor(block: Block, fn: FunctionNode, file: File, report: Report<Message>) {
    this.block = block;
    this.fn = fn;
    this.file = file;
    this.report = report;
    this.held = enteredVariables(block, file);
    if (block.manager) this.held.push(...variablesIn(block.manager, file));
  }

  check(promiseAll: boolean): void {
    // The result of an arrow without braces is awaited, but not the result of `void`.
    for (const node of droppedIn(this.fn.body)) if (isVoid(node) || isTimer(node)) this.checkDropped(node);
    walk(this.fn, this.file.keys, (node) => {
      if (node !== this.fn && isFunction(node) && !isCalledAtOnce(node)) return false;
      this.checkNode(node, promiseAll);
      return true;
    });
  }

  private checkNode(node: Node, promiseAll: boolean): void {
    if (node.type === 'ExpressionStatement')
      for (const dropped of droppedIn(node.expression)) this.checkDropped(dropped);
    if (node.type !== 'CallExpression') return;
    if (this.isAsyncForEach(node)) this.report({ node, messageId: 'forEach' });
    if (promiseAll && this.startsSiblings(node)) this.report({ node, messageId: 'siblings' });
  }

  private checkDropped(node: Node): void {
    if (isVoid(node)) {
      if (this.isVoidPromise(unwrap(node.argument))) this.report({ node, messageId: 'void' });
    } else if (node.type === 'CallExpression') {
      if (isTimer(node)) this.checkTimer(node);
      else if (this.isFloating(node)) this.report({ node, messageId: 'floating' });
    }
  }

  private isVoidPromise(node: Node): boolean {
    const source = (node.type === 'CallExpression' && sourceOf(node)) || node;
    if (this.isTask(source) || this.isItemAhead(source)) return false;
    if (isAsyncMap(node)) return true;
    if (this.file.types) return this.file.types.isThenable(node);
    if (node.type !== 'CallExpression') return false;
    return this.isPromise(node) || (!this.block.isSync && !isDoneAtOnce.test(calleeName(node)));
  }

  private isFloating(node: TSESTree.CallExpression): boolean {
    const source = sourceOf(node);
    // Other code may await a variable's value, and a stack waits for its entries.
    if (!source || this.isTask(source) || this.isItemAhead(source) || calleeName(source) === 'enterContext')
      return false;
    // These are left to await-blocks and enter-with-star.
    if ((this.isBlock(source) && calleeName(node) !== 'catch') || isEnter(source, this.file)) return false;
    if (isAsyncMap(node)) return true;
    return this.file.types?.isThenable(node) ?? (this.isPromise(node) || this.isAwaitedElsewhere(node));
  }

  /** Whether this calls something that the block holds, and the same method's result is awaited elsewhere. */
  private isAwaitedElsewhere({ callee }: TSESTree.CallExpression): boolean {
    const method = unwrap(callee);
    if (method.type !== 'MemberExpression' || this.block.isSync || !this.isAboutHeld(method)) return false;
    const name = nameOf(method);
    return alwaysAwaited.test(name) || this.file.nodes.some((node) => isAwaitOf(node, name));
  }

  /** Whether a call returns a promise, as far as the source shows. */
  private isPromise(node: TSESTree.CallExpression): boolean {
    const callee = unwrap(node.callee);
    const called = this.file.variables.valueOf(callee);
    if (isFunction(called)) return called.async && !called.generator;
    if (callee.type !== 'MemberExpression') return this.isBlock(node);
    return chaining.test(nameOf(callee)) || this.file.code.getText(callee.object) === 'Promise';
  }

  private isBlock(node: Node): boolean {
    const word = this.file.words.calledBy(node);
    return word === 'withAsync' || word === 'scopeAsync';
  }

  /** `void rows.next()`: `aclosing()` settles pending calls when it closes. */
  private isItemAhead(node: Node): boolean {
    const callee = node.type === 'CallExpression' ? unwrap(node.callee) : node;
    return callee.type === 'MemberExpression' && nameOf(callee) === 'next' && this.isFrom('aclosing', callee.object);
  }

  /** A group's tasks end with the group. */
  private isTask(node: Node): boolean {
    const callee = node.type === 'CallExpression' ? unwrap(node.callee) : node;
    // `({ start }) => …`
    if (callee.type === 'Identifier') return callee.name === 'start' && this.isFrom('taskGroup', callee);
    if (callee.type !== 'MemberExpression' || nameOf(callee) !== 'start') return false;
    return (this.file.types?.isTaskGroup(callee.object) ?? false) || this.isFrom('taskGroup', callee.object);
  }

  /** Whether a variable holds the value of a manager from a certain word, or of one around it. */
  private isFrom(word: string, node: Node): boolean {
    const variable = this.file.variables.of(node);
    const block = managersOf(this.file).blocks.find(
      (one) => variable && enteredVariables(one, this.file).includes(variable),
    );
    const source = block?.manager ?? this.file.variables.valueOf(node);
    let isMade = false;
    walk(source, this.file.keys, (part) => {
      isMade ||= this.file.words.calledBy(part) === word;
      return !isMade;
    });
    return isMade;
  }

  private checkTimer(node: TSESTree.CallExpression): void {
    const [callback] = node.arguments;
    if (isFunction(callback) && this.mentionsHeld(callback)) this.report({ node, messageId: 'timer' });
  }

  /**
   * Whether the object is held by the block, or comes from something that is: `const client = await pool.connect()`.
   */
  private isAboutHeld(method: TSESTree.MemberExpression): boolean {
    const definition = definitionOf(this.file.variables.of(method.object));
    const made = definition?.type === 'Variable' && definition.node.init;
    return this.mentionsHeld(method) || (made ? contains(this.fn, made) && this.mentionsHeld(made) : false);
  }

  private mentionsHeld(node: Node): boolean {
    return childrenOf(node, this.file.keys).some(
      (child) => this.held.some((one) => one === this.file.variables.of(child)) || this.mentionsHeld(child),
    );
  }

  private isAsyncForEach(node: TSESTree.CallExpression): boolean {
    const [callback] = node.arguments;
    if (calleeName(node) !== 'forEach' || !isFunction(callback)) return false;
    return callback.async || (this.file.types?.returnsThenable(callback) ?? false);
  }

  private startsSiblings(node: TSESTree.CallExpression): boolean {
    return this.file.code.getText(node.callee) === 'Promise.all' && this.mentionsHeld(node);
  }
}

const isDoneAtOnce =
  /^(push|unshift|add|set|delete|clear|splice|pop|shift|log|warn|error|info|debug|emit|assert|expect|fill|sort|reverse|forEach)$/;

/** Methods of clients that return a promise in every library. */
const alwaysAwaited = /^(query|execute|insert|upsert|save|fetch|\$(query|execute)Raw\w*)$/;

function isAwaitOf(node: Node, name: string): boolean {
  if (node.type !== 'AwaitExpression') return false;
  const call = unwrap(node.argument);
  return call.type === 'CallExpression' && calleeName(call) === name;
}

const timers =
  /^(setTimeout|setInterval|setImmediate|queueMicrotask|nextTick|requestAnimationFrame|requestIdleCallback)$/;

function isTimer(node: Node): boolean {
  return node.type === 'CallExpression' && timers.test(calleeName(node));
}

const chaining = /^(then|catch|finally)$/;

/** The call that returned the promise: `f()` in `f().then(…).catch(…)`. */
function sourceOf(call: TSESTree.CallExpression): TSESTree.CallExpression | undefined {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || !chaining.test(nameOf(callee))) return call;
  const source = unwrap(callee.object);
  return source.type === 'CallExpression' ? sourceOf(source) : undefined;
}

/** `names.map(async (name) => …)` */
function isAsyncMap(node: Node): boolean {
  if (node.type !== 'CallExpression') return false;
  const [callback] = node.arguments;
  return calleeName(node) === 'map' && isFunction(callback) && callback.async;
}

/** `names.forEach((name) => …)` */
function isCalledAtOnce(fn: FunctionNode): boolean {
  const { parent } = fn;
  return !fn.async && parent.type === 'CallExpression' && /^(forEach|map|flatMap|reduce)$/.test(calleeName(parent));
}
