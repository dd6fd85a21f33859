import type { TSESTree } from '@typescript-eslint/utils';
import { calleeName, isGeneratorFunction, ownNodes, unwrap, walk, type FunctionNode, type Node } from './ast.ts';
import type { File } from './file.ts';
import { follow, type Watch } from './flow.ts';
import { isParameterOf } from './managers.ts';
import { returns } from './returns.ts';

/** Where a path through a manager's generator is: before the block, after it returned, after it threw. */
export type Phase = 'setup' | 'returned' | 'threw';

interface State {
  readonly phase: Phase;
  readonly yields: number;
  /** Whether `yield*` gave control to a generator that yields an unknown number of times. */
  readonly isDelegated: boolean;
  /** Where the catch clause that has the block's error starts. */
  readonly caughtAt: number | null;
  /** Whether the error was kept: rethrown later, or reported. */
  readonly isKept: boolean;
  /** Whether the error comes from a call that may never throw. */
  readonly isGuess: boolean;
}

/** What was found on the paths through a generator. */
export interface Ways {
  /** The yields that come after the block has already run. */
  readonly again: ReadonlySet<Node>;
  /** Where a path ends without a yield: a `return`, or the end of the function. */
  readonly missing: ReadonlySet<Node>;
  /** Where the block's error ends: a catch clause; the `return` of a `finally`; or the generator, for any other jump. */
  readonly swallowed: ReadonlySet<Node>;
  /** The phases in which control reaches a node. */
  readonly phases: ReadonlyMap<Node, ReadonlySet<Phase>>;
  /** How often the generator yields, on the paths that reach its end. */
  readonly yields: ReadonlySet<number>;
}

const start: State = { phase: 'setup', yields: 0, isDelegated: false, caughtAt: null, isKept: false, isGuess: false };

const known = new WeakMap<FunctionNode, Ways>();

const nothing: Ways = {
  again: new Set(),
  missing: new Set(),
  swallowed: new Set(),
  phases: new Map(),
  yields: new Set(),
};

export function waysThrough(generator: FunctionNode, file: File): Ways {
  const found = known.get(generator);
  if (found) return found;
  // It delegates to itself.
  known.set(generator, nothing);
  const ways = new Walk(generator, file).ways();
  known.set(generator, ways);
  return ways;
}

class Walk implements Watch<State> {
  private readonly generator: FunctionNode;
  private readonly file: File;
  private readonly clauses = new Map<number | null, TSESTree.CatchClause>();
  private readonly again = new Set<Node>();
  private readonly phases = new Map<Node, Set<Phase>>();

  constructor(generator: FunctionNode, file: File) {
    this.generator = generator;
    this.file = file;
  }

  ways(): Ways {
    const { finished, returned } = follow(this.generator, start, this, this.file);
    const ends = [...finished.map((state) => ({ node: undefined, state })), ...returned];
    const missing = ends.filter(({ state }) => state.phase === 'setup' && !state.isDelegated);
    const silent = ends.filter(({ node, state }) => state.phase === 'threw' && !state.isKept && !node?.argument);
    return {
      again: this.again,
      missing: new Set(missing.map(({ node }) => node ?? this.generator)),
      swallowed: new Set(silent.map(({ node, state }) => this.clauses.get(state.caughtAt) ?? node ?? this.generator)),
      phases: this.phases,
      yields: new Set(ends.map(({ state }) => (state.isDelegated ? NaN : state.yields))),
    };
  }

  pass(node: Node, state: State): State | undefined {
    this.visit(node, state);
    switch (node.type) {
      case 'YieldExpression':
        return this.yield(node, state, 'returned');
      case 'CallExpression':
        return returns(node, this.file) ? this.told(node, state) : undefined;
      case 'AssignmentExpression':
        return this.told(node, state);
      default:
        return state;
    }
  }

  fail(node: Node, state: State): State | undefined {
    switch (node.type) {
      case 'YieldExpression':
        return this.yield(node, state, 'threw');
      case 'CallExpression':
      case 'NewExpression':
        return isHarmless(node, this.file) ? undefined : { ...state, isGuess: true };
      case 'AwaitExpression':
      case 'ImportExpression':
      case 'TaggedTemplateExpression':
      case 'ThrowStatement':
        return state;
      case 'ForOfStatement':
        return node.await ? state : undefined;
    }
    return undefined;
  }

  catch(clause: TSESTree.CatchClause, state: State): State | undefined {
    this.clauses.set(clause.range[0], clause);
    // A clause that throws some errors may well throw this one.
    if (state.isGuess && this.throws(clause)) return undefined;
    const caughtAt = state.phase === 'threw' ? clause.range[0] : null;
    return { ...state, caughtAt, isGuess: false };
  }

  private throws(clause: TSESTree.CatchClause): boolean {
    return ownNodes(clause.body, this.file.keys).some(({ type }) => type === 'ThrowStatement');
  }

  private visit(node: Node, { phase }: State): void {
    const phases = this.phases.get(node) ?? new Set();
    this.phases.set(node, phases.add(phase));
  }

  /** The state after a yield, for this end of the block. */
  private yield(node: TSESTree.YieldExpression, state: State, phase: Phase): State | undefined {
    const yields = this.yieldsOf(node);
    if (yields === 0) return state;
    if (Number.isNaN(yields)) return { ...state, isDelegated: true };
    // A second yield closes the generator.
    if (state.yields + yields > 1) return void this.again.add(node);
    return { ...state, phase, yields };
  }

  /** How often a `yield` or a `yield*` reaches a block; `NaN` if that is unknown. */
  private yieldsOf({ argument, delegate }: TSESTree.YieldExpression): number {
    if (isEnter(argument, this.file)) return 0;
    if (!delegate) return 1;
    const called = unwrap(argument);
    const generator = called.type === 'CallExpression' ? this.file.variables.valueOf(called.callee) : called;
    if (!isGeneratorFunction(generator)) return NaN;
    const { again, yields } = waysThrough(generator, this.file);
    const [once = NaN, another] = yields;
    if (again.size > 0) return 2;
    return another === undefined ? once : NaN;
  }

  /** The block's error isn't swallowed silently if it's kept, or passed to code that waits for it. */
  private told(node: TSESTree.AssignmentExpression | TSESTree.CallExpression, state: State): State {
    const { param } = this.clauses.get(state.caughtAt) ?? {};
    if (!param || state.isKept) return state;
    const isKept = node.type === 'AssignmentExpression' ? this.mentions(node.right, param) : this.isToldTo(node, param);
    return isKept ? { ...state, isKept } : state;
  }

  private isToldTo(call: TSESTree.CallExpression, error: Node): boolean {
    return this.isListener(call) && call.arguments.some((argument) => this.mentions(argument, error));
  }

  /** Whether a call passes errors to anything but a log. */
  private isListener(call: TSESTree.CallExpression): boolean {
    const callee = unwrap(call.callee);
    const name = calleeName(call);
    if (callee.type === 'MemberExpression') return listeningMethod.test(name);
    const isGiven = isParameterOf(this.file.variables.of(callee), this.generator);
    return listener.test(name) || (isGiven && !logger.test(name));
  }

  private mentions(node: Node, error: Node): boolean {
    let isMentioned = false;
    const variable = this.file.variables.of(error);
    walk(node, this.file.keys, (part) => {
      isMentioned ||= variable !== undefined && this.file.variables.of(part) === variable;
      return !isMentioned;
    });
    return isMentioned;
  }
}

/** Whether an expression asks to enter a manager, with a star before it or, by mistake, without. */
export function isEnter(given: Node | null, file: File): boolean {
  const node = given && unwrap(given);
  if (!node) return false;
  if (node.type === 'ConditionalExpression') return isEnter(node.consequent, file) && isEnter(node.alternate, file);
  return file.words.calledBy(node) === 'enter' || (file.types?.isEnterRequest(node) ?? false);
}

const listeningMethod =
  /^(push|unshift|add|append|enqueue|reject|resolve|abort|cancel|destroy|emit|next|set([A-Z]\w*)?|on[A-Z]\w*)$/;

const listener = /^(reject|resolve|abort|callback|cb|done|next|(set|on)[A-Z]\w*)$/;

const logger = /^(log|print|warn|debug|info|trace|report|console|error)/i;

/** Calls that don't throw, and that are common in setups. */
function isHarmless(node: TSESTree.CallExpression | TSESTree.NewExpression, file: File): boolean {
  const callee = file.code.getText(unwrap(node.callee));
  return node.type === 'NewExpression' ? harmlessClasses.test(callee) : harmlessCalls.test(callee);
}

const harmlessCalls = /^(console|Date|Math|performance)\.\w+$|^(log|String|Number|Boolean|Symbol)$/;

const harmlessClasses = /^(Map|Set|WeakMap|WeakSet|Array|Date|\w*Error|AbortController|EventEmitter|Promise)$/;
