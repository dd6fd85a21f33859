import type { TSESTree } from '@typescript-eslint/utils';
import {
  ancestorsOf,
  childrenOf,
  isFunction,
  isType,
  unwrap,
  walk,
  type FunctionNode,
  type Node,
  type VisitorKeys,
} from './ast.ts';
import { Conditions, isNot, truthOf } from './conditions.ts';
import type { Variables } from './variables.ts';

/**
 * What to track along the paths through a piece of code. States are plain data, so states that look the same are the
 * same.
 */
export interface Watch<S> {
  /** The state after the node has run; `undefined` if control never continues from there. */
  pass(node: Node, state: S): S | undefined;
  /** The state in which the node throws; `undefined` if it doesn't. */
  fail(node: Node, state: S): S | undefined;
  /** The state in the catch clause; `undefined` if it never gets there. */
  catch(clause: TSESTree.CatchClause, state: S): S | undefined;
}

/** What can be tracked. */
export type Root = FunctionNode | TSESTree.BlockStatement | TSESTree.Program;

/** How the paths end. */
export interface Ends<S> {
  /** The paths that reach the end of the code. */
  readonly finished: readonly S[];
  readonly returned: readonly { readonly node: TSESTree.ReturnStatement; readonly state: S }[];
}

/** What the paths depend on. */
export interface Program {
  readonly keys: VisitorKeys;
  readonly variables: Variables;
  isExhaustive(node: TSESTree.SwitchStatement): boolean;
}

/**
 * Follows every path through a function or a block. ESLint has code paths, but from version 10 on they treat every
 * `yield` as a possible return, and they don't say what was thrown where.
 */
export function follow<S>(root: Root, state: S, watch: Watch<S>, program: Program): Ends<S> {
  return new Follower(root, watch, program).follow(state);
}

/** A state, and the conditions on the path to it. */
interface Way<S> {
  readonly state: S;
  readonly facts: Facts;
}

/** Whether conditions hold, by their keys, as far as that is known. */
type Facts = Readonly<Record<string, boolean | undefined>>;

type Ways<S> = ReadonlySet<Way<S>>;

/** With more paths than this, facts cost more than they're worth. */
const manyWays = 500;

class Follower<S> {
  private readonly root: Root;
  private readonly watch: Watch<S>;
  private readonly program: Program;
  private readonly conditions: Conditions;
  private readonly known = new Map<string, Way<S>>();
  private readonly returns = new Map<string, TSESTree.ReturnStatement>();
  /** For each enclosing optional chain: the paths that left it early. */
  private readonly chains: Set<Way<S>>[] = [];

  constructor(root: Root, watch: Watch<S>, program: Program) {
    this.root = root;
    this.watch = watch;
    this.program = program;
    this.conditions = new Conditions(root, program.variables, program.keys);
  }

  follow(state: S): Ends<S> {
    const exits = new Exits<S>();
    const start = new Set([this.way(state, {})]);
    const finished = isFunction(this.root)
      ? this.runFunction(this.root, start, exits)
      : this.run(this.root, start, exits);
    const returned = [...this.returns].flatMap(([exit, node]) =>
      statesOf(exits.take(exit)).map((state) => ({ node, state })),
    );
    return { finished: statesOf(finished), returned };
  }

  private runFunction({ params, body }: FunctionNode, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    return this.run(body, this.inOrder(params, ways, exits), exits);
  }

  private way(state: S, facts: Facts): Way<S> {
    const kept = this.known.size < manyWays ? facts : {};
    const key = JSON.stringify([state, kept]);
    const way = this.known.get(key) ?? { state, facts: kept };
    this.known.set(key, way);
    return way;
  }

  private inOrder(nodes: readonly Node[], ways: Ways<S>, exits: Exits<S>): Ways<S> {
    return nodes.reduce((before, node) => this.run(node, before, exits), ways);
  }

  /** The paths that reach the end of the code; paths that leave it otherwise are added to the exits. */
  private run(node: Node, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    if (ways.size === 0) return ways;
    switch (node.type) {
      case 'IfStatement':
      case 'ConditionalExpression':
        return this.runIf(node, ways, exits);
      case 'LogicalExpression':
        return this.runLogical(node, ways, exits);
      case 'WhileStatement':
      case 'ForStatement':
        return this.runWhile(node, ways, exits);
      case 'DoWhileStatement':
        return this.runDoWhile(node, ways, exits);
      case 'ForInStatement':
      case 'ForOfStatement':
        return this.runForOf(node, ways, exits);
      case 'SwitchStatement':
        return this.runSwitch(node, ways, exits);
      case 'TryStatement':
        return this.runTry(node, ways, exits);
      case 'LabeledStatement':
        return this.runLabeled(node, ways, exits);
      case 'ChainExpression':
        return this.runChain(node, ways, exits);
      case 'AssignmentExpression':
        return this.runAssignment(node, ways, exits);
      case 'AssignmentPattern':
        return union(this.run(node.left, ways, exits), this.run(node.right, ways, exits));
      case 'VariableDeclarator':
        return this.runDeclarator(node, ways, exits);
      case 'UpdateExpression':
        return this.write(node.argument, undefined, this.runParts(node, ways, exits));
      case 'BreakStatement':
      case 'ContinueStatement':
        return exits.add(exitOf(node.type, targetOf(node)), ways);
      case 'ReturnStatement':
        return this.runReturn(node, ways, exits);
      case 'ThrowStatement':
        return this.runThrow(node, ways, exits);
      default:
        return isElsewhere(node) ? ways : this.runParts(node, ways, exits);
    }
  }

  /** Any other node: its children, and then the node itself. */
  private runParts(node: Node, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const [first, ...others] = childrenOf(node, this.program.keys);
    const begun = first ? this.run(first, ways, exits) : ways;
    if ('optional' in node && node.optional) for (const way of begun) this.chains.at(-1)?.add(way);
    return this.step(node, this.inOrder(others, begun, exits), exits);
  }

  private step(node: Node, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const passed = new Set<Way<S>>();
    for (const { state, facts } of ways) {
      const failed = this.watch.fail(node, state);
      if (failed !== undefined) exits.add('throw', [this.way(failed, facts)]);
      const next = this.watch.pass(node, state);
      if (next !== undefined) passed.add(this.way(next, facts));
    }
    return passed;
  }

  private runIf(node: TSESTree.IfStatement | TSESTree.ConditionalExpression, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const { yes, no } = this.branch(node.test, ways, exits);
    return union(this.run(node.consequent, yes, exits), node.alternate ? this.run(node.alternate, no, exits) : no);
  }

  private runLogical(node: TSESTree.LogicalExpression, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    if (node.operator === '??') {
      const left = this.run(node.left, ways, exits);
      return union(left, this.run(node.right, left, exits));
    }
    const { yes, no } = this.branch(node.left, ways, exits);
    const [over, on] = node.operator === '&&' ? [no, yes] : [yes, no];
    return union(over, this.run(node.right, on, exits));
  }

  /** The paths on which a test holds, and those on which it doesn't. */
  private branch(given: Node, ways: Ways<S>, exits: Exits<S>): { yes: Ways<S>; no: Ways<S> } {
    const test = unwrap(given);
    if (isNot(test)) {
      const { yes, no } = this.branch(test.argument, ways, exits);
      return { yes: no, no: yes };
    }
    if (test.type === 'LogicalExpression' && test.operator !== '??') return this.branchLogical(test, ways, exits);
    const truth = truthOf(test);
    const tested = this.run(test, ways, exits);
    return { yes: this.assume(test, truth, true, tested), no: this.assume(test, truth, false, tested) };
  }

  private branchLogical(
    test: TSESTree.LogicalExpression,
    ways: Ways<S>,
    exits: Exits<S>,
  ): { yes: Ways<S>; no: Ways<S> } {
    const left = this.branch(test.left, ways, exits);
    if (test.operator === '&&') {
      const right = this.branch(test.right, left.yes, exits);
      return { yes: right.yes, no: union(left.no, right.no) };
    }
    const right = this.branch(test.right, left.no, exits);
    return { yes: union(left.yes, right.yes), no: right.no };
  }

  /** The paths on which a test can have that answer. */
  private assume(test: Node, truth: boolean | undefined, answer: boolean, ways: Ways<S>): Ways<S> {
    if (truth !== undefined) return truth === answer ? ways : new Set();
    const condition = this.conditions.of(test);
    if (!condition) return ways;
    const { key, isNegated } = condition;
    const value = answer !== isNegated;
    const possible = [...ways].filter(({ facts }) => (facts[key] ?? value) === value);
    return new Set(possible.map(({ state, facts }) => this.way(state, withFact(facts, key, value))));
  }

  private runWhile(node: TSESTree.WhileStatement | TSESTree.ForStatement, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const { init, update }: LoopHead = node;
    const begun = init ? this.run(init, ways, exits) : ways;
    return this.repeat(node, begun, exits, (turn, inner) => {
      const { yes, no } = node.test ? this.branch(node.test, turn, inner) : { yes: turn, no: new Set<Way<S>>() };
      const again = this.runBody(node, yes, inner);
      return { again: update ? this.run(update, again, inner) : again, over: no };
    });
  }

  private runDoWhile(node: TSESTree.DoWhileStatement, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    return this.repeat(node, ways, exits, (turn, inner) => {
      const { yes, no } = this.branch(node.test, this.runBody(node, turn, inner), inner);
      return { again: yes, over: no };
    });
  }

  private runForOf(node: TSESTree.ForInStatement | TSESTree.ForOfStatement, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    return this.repeat(node, this.run(node.right, ways, exits), exits, (turn, inner) => {
      const asked = this.step(node, turn, inner);
      const taken = this.write(node.left, undefined, this.run(node.left, asked, inner));
      return { again: this.runBody(node, taken, inner), over: asked };
    });
  }

  private runBody(loop: Loop, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    return union(this.run(loop.body, ways, exits), exits.take(exitOf('ContinueStatement', loop)));
  }

  /** Repeats the loop until an iteration adds no new path. */
  private repeat(
    loop: Loop,
    ways: Ways<S>,
    exits: Exits<S>,
    turn: (ways: Ways<S>, exits: Exits<S>) => { again: Ways<S>; over: Ways<S> },
  ): Ways<S> {
    const inner = new Exits<S>();
    const { again, over } = turn(ways, inner);
    const all = union(ways, again);
    if (all.size > ways.size) return this.repeat(loop, all, exits, turn);
    const left = inner.take(exitOf('BreakStatement', loop));
    inner.forward(exits);
    return union(over, left);
  }

  private runSwitch(node: TSESTree.SwitchStatement, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const inner = new Exits<S>();
    const asked = this.run(node.discriminant, ways, exits);
    const isDefault = ({ test }: TSESTree.SwitchCase) => !test;
    let falling: Ways<S> = new Set();
    for (const { test, consequent } of node.cases) {
      const matched = test ? this.run(test, asked, inner) : this.program.isExhaustive(node) ? new Set<Way<S>>() : asked;
      falling = this.inOrder(consequent, union(falling, matched), inner);
    }
    const unmatched = node.cases.some(isDefault) || this.program.isExhaustive(node) ? new Set<Way<S>>() : asked;
    const left = inner.take(exitOf('BreakStatement', node));
    inner.forward(exits);
    return union(union(falling, unmatched), left);
  }

  private runTry({ block, handler, finalizer }: TSESTree.TryStatement, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const inner = new Exits<S>();
    const whole = this.run(block, ways, inner);
    const ended = handler ? union(whole, this.runCatch(handler, inner)) : whole;
    if (!finalizer) {
      inner.forward(exits);
      return ended;
    }
    for (const [exit, leaving] of inner) exits.add(exit, this.run(finalizer, leaving, exits));
    return this.run(finalizer, ended, exits);
  }

  private runCatch(clause: TSESTree.CatchClause, exits: Exits<S>): Ways<S> {
    const caught = new Set<Way<S>>();
    for (const { state, facts } of exits.take('throw')) {
      const next = this.watch.catch(clause, state);
      if (next !== undefined) caught.add(this.way(next, facts));
    }
    return this.run(clause.body, caught, exits);
  }

  private runLabeled({ body }: TSESTree.LabeledStatement, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    return union(this.run(body, ways, exits), exits.take(exitOf('BreakStatement', body)));
  }

  private runChain({ expression }: TSESTree.ChainExpression, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const left = new Set<Way<S>>();
    this.chains.push(left);
    const whole = this.run(expression, ways, exits);
    this.chains.pop();
    return union(whole, left);
  }

  private runAssignment(node: TSESTree.AssignmentExpression, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const begun = this.run(node.left, ways, exits);
    const assigned = this.step(node, this.run(node.right, begun, exits), exits);
    const isLogical = ['&&=', '||=', '??='].includes(node.operator);
    const truth = node.operator === '=' ? truthOf(node.right) : undefined;
    return union(this.write(node.left, truth, assigned), isLogical ? begun : new Set());
  }

  private runDeclarator(node: TSESTree.VariableDeclarator, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const { id, init } = node;
    const begun = init ? this.run(init, ways, exits) : ways;
    return this.write(id, init ? truthOf(init) : undefined, this.step(node, this.run(id, begun, exits), exits));
  }

  /** Forgets what was known about a variable or a property once it is written. */
  private write(target: Node, truth: boolean | undefined, ways: Ways<S>): Ways<S> {
    const keys = this.keysIn(target);
    const told = this.conditions.of(target);
    return new Set(
      [...ways].map(({ state, facts }) => {
        const others = [...keys].reduce(without, facts);
        return this.way(state, told ? withFact(others, told.key, truth) : others);
      }),
    );
  }

  /** The keys of what a pattern writes, but not of its defaults, which it reads. */
  private keysIn(pattern: Node): ReadonlySet<string> {
    const keys = new Set<string>();
    walk(pattern, this.program.keys, (node) => {
      if ((node.parent as TSESTree.AssignmentPattern).right === node) return false;
      keys.add(this.conditions.keyOf(node));
      return node.type !== 'MemberExpression';
    });
    keys.delete('');
    return keys;
  }

  private runThrow(node: TSESTree.ThrowStatement, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    this.step(node, this.run(node.argument, ways, exits), exits);
    return new Set();
  }

  private runReturn(node: TSESTree.ReturnStatement, ways: Ways<S>, exits: Exits<S>): Ways<S> {
    const exit = exitOf(node.type, node);
    this.returns.set(exit, node);
    return exits.add(exit, node.argument ? this.run(node.argument, ways, exits) : ways);
  }
}

/** The paths that leave a piece of code before its end, by their targets. */
class Exits<S> {
  private readonly ways = new Map<string, Set<Way<S>>>();

  /** No path continues. */
  add(exit: string, ways: Iterable<Way<S>>): Ways<S> {
    this.ways.set(exit, new Set([...(this.ways.get(exit) ?? []), ...ways]));
    return new Set();
  }

  take(exit: string): Ways<S> {
    const taken = this.ways.get(exit) ?? new Set();
    this.ways.delete(exit);
    return taken;
  }

  forward(exits: Exits<S>): void {
    for (const [exit, ways] of this.ways) exits.add(exit, ways);
  }

  [Symbol.iterator](): Iterator<[string, Ways<S>]> {
    return this.ways[Symbol.iterator]();
  }
}

/** The parts that only some loops have. */
type LoopHead = Partial<Pick<TSESTree.ForStatement, 'init' | 'test' | 'update'>>;

type Loop =
  | TSESTree.DoWhileStatement
  | TSESTree.ForInStatement
  | TSESTree.ForOfStatement
  | TSESTree.ForStatement
  | TSESTree.WhileStatement;

function exitOf(kind: 'BreakStatement' | 'ContinueStatement' | 'ReturnStatement', target: Node): string {
  return `${kind} ${target.range.join()}`;
}

/** The statement that a `break` or a `continue` targets. */
function targetOf({ type, label, parent }: TSESTree.BreakStatement | TSESTree.ContinueStatement): Node {
  const around = [parent, ...ancestorsOf(parent)];
  const isTarget = (node: Node): boolean => (label ? isLabeled(node, label.name) : endsAt(type, node));
  const target = around.find(isTarget) as Node;
  return target.type === 'LabeledStatement' ? target.body : target;
}

function isLabeled(node: Node, name: string): boolean {
  return node.type === 'LabeledStatement' && node.label.name === name;
}

function endsAt(type: string, node: Node): boolean {
  return (
    /(For|ForIn|ForOf|While)Statement/.test(node.type) || (type === 'BreakStatement' && node.type === 'SwitchStatement')
  );
}

/** Types, and the bodies of functions and classes, which run at some other time. */
function isElsewhere(node: Node): boolean {
  return isFunction(node) || isType(node) || node.type.startsWith('Class');
}

function statesOf<S>(ways: Ways<S>): S[] {
  return [...new Map([...ways].map(({ state }) => [JSON.stringify(state), state])).values()];
}

function union<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): ReadonlySet<T> {
  return new Set([...one, ...other]);
}

/** Keeps the facts in the order of their keys, so that the same facts look the same. */
function withFact(facts: Facts, key: string, value: boolean | undefined): Facts {
  const all = { ...facts, [key]: value };
  return Object.fromEntries(Object.entries(all).sort());
}

function without(facts: Facts, part: string): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => !key.includes(part)));
}
