import type { TSESTree } from '@typescript-eslint/utils';
import {
  ancestorsOf,
  calleeName,
  contains,
  isBefore,
  ownNodes,
  textOf,
  unwrap,
  walk,
  type FunctionNode,
  type Node,
} from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf } from '../managers.ts';
import { placeOf, placesOf, type Place } from '../places.ts';
import { rule, type Rule } from '../rule.ts';
import { entrustmentsIn, undosIn, verbOf, type Undo } from '../undo.ts';
import { isActivating, isCommit, isFinding, isHolding, isRollback } from '../verbs.ts';
import { waysThrough } from '../ways.ts';

export const noLeakySetup: Rule = rule<'leak' | 'commit'>({
  description: 'Disallow awaits between an acquisition and the try that undoes it, and a COMMIT outside the try',
  messages: {
    leak: 'If this fails, nothing undoes line {{line}}. Start the try, or enter it, right after that line.',
    commit: 'If this fails, nothing rolls back. Move it into the try, after the yield.',
  },
  check(file, report) {
    for (const { fn, isScope } of managersOf(file).generators) {
      const leaks = new Map(leaksIn(fn, file).map(({ risk, line }) => [risk, line] as const));
      for (const [node, line] of leaks) report({ node, messageId: 'leak', data: { line } });
      for (const node of isScope ? [] : unprotectedCommits(fn, file)) report({ node, messageId: 'commit' });
    }
  },
});

interface Leak {
  /** What can fail. */
  readonly risk: Node;
  /** Where the leaked resource was acquired. */
  readonly line: number;
}

/** What makes sure that something is undone. */
type Handler = Pick<Undo, 'node' | 'target'>;

function leaksIn(fn: FunctionNode, file: File): Leak[] {
  const undos = undosIn(fn, file);
  const entrustments = firstOnes(entrustmentsIn(fn, file));
  const handlers = [...undos, ...entrustments];
  const nodes = ownNodes(fn, file.keys);
  const tries = nodes.filter((node) => node.type === 'TryStatement');
  const protectedBy = ({ node }: Undo): Node | undefined =>
    tries.find(({ finalizer }) => finalizer !== null && contains(finalizer, node));
  const protections = [
    ...undos.map((undo) => ({ ...undo, late: protectedBy(undo), isState: isState(undo.node) })),
    ...entrustments.map((entrustment) => ({ ...entrustment, late: entrustment.node, isState: false })),
  ];
  return protections.flatMap(({ setup, target, late, isState }) => {
    if (!setup || !late || contains(late, setup) || (!isState && isLookup(setup, file))) return [];
    const same = handlers.filter((handler) => handler.target === target);
    const risks = nodes.filter(
      (risk) => isRisk(risk, setup, late, file) && !isHandled(risk, late, same) && !assigns(risk, target, file),
    );
    // An assigned value that is later set back takes effect at once.
    const leaking = isState ? risks : risksWhileHeld(risks, target, setup, file);
    return leaking.map((risk) => ({ risk, line: setup.loc.start.line }));
  });
}

function isState({ type }: Node): boolean {
  return type === 'AssignmentExpression' || type === 'UpdateExpression' || type === 'UnaryExpression';
}

/** `const database = databases.get(name)`: it was there before, and may stay. */
function isLookup(setup: Node, file: File): boolean {
  return setup.type !== 'CallExpression' && !isAwaited(setup, file) && isFinding(verbOf(setup));
}

function isAwaited(setup: Node, { keys }: File): boolean {
  return ownNodes(setup, keys).some(({ type }) => type === 'AwaitExpression');
}

/** Once something is entrusted, nothing else has to undo it. */
function firstOnes(entrustments: readonly Undo[]): Undo[] {
  return entrustments.filter(
    ({ target }, index) => entrustments.findIndex((other) => other.target === target) === index,
  );
}

/** Whether a node that can fail comes after the setup, and before the `try`. */
function isRisk(node: Node, setup: Node, late: Node, file: File): boolean {
  if (!isFallible(node, file) || !isBefore(node, late)) return false;
  const loop = loopThatFills(setup, late);
  if (loop) return contains(loop, node);
  return isBefore(setup, node) && !isAfterFailureOf(node, setup) && !areAlternatives(setup, node);
}

function isFallible(node: Node, file: File): boolean {
  if (node.type === 'ForOfStatement') return node.await;
  if (node.type !== 'YieldExpression') return node.type === 'AwaitExpression';
  const request = node.delegate ? unwrap(node.argument) : undefined;
  if (request?.type !== 'CallExpression') return request !== undefined;
  return !request.arguments[0] || !startsAtOnce(request.arguments[0], file);
}

/**
 * Whether entering a manager can't fail: `closing(file)`, or a manager whose generator starts with its yield.
 */
function startsAtOnce(manager: Node, file: File): boolean {
  const call = unwrap(manager);
  if (call.type !== 'CallExpression') return false;
  if (/closing|nullContext|suppress/.test(String(file.words.calledBy(call)))) return true;
  const made = file.variables.valueOf(call.callee);
  const generator = managersOf(file).generators.find((one) => one.call === made);
  if (!generator) return false;
  return [...waysThrough(generator.fn, file).phases].every(
    ([node, phases]) =>
      !phases.has('setup') || !/(Await|Call|New|Import)Expression|(ForOf|Throw)Statement/.test(node.type),
  );
}

/**
 * The loop in which `clients.push(await connect())` acquires one after the other: each may fail while others are held.
 */
function loopThatFills(setup: Node, late: Node): Node | undefined {
  const loops = ancestorsOf(setup).filter(({ type }) => /(While|For|ForOf|ForIn)Statement/.test(type));
  const isFilling = setup.type === 'CallExpression' && /(push|unshift|add|set)(?![a-z])/.test(calleeName(setup));
  return isFilling ? loops.find((loop) => !contains(loop, late)) : undefined;
}

/** Whether a node is in the `catch` of the setup, where there is nothing to undo. */
function isAfterFailureOf(node: Node, setup: Node): boolean {
  return ancestorsOf(node).some((around) => around.type === 'CatchClause' && contains(around.parent.block, setup));
}

/** Whether two nodes are on different branches of the same condition. */
function areAlternatives(one: Node, other: Node): boolean {
  return ancestorsOf(one).some(
    (around) =>
      (around.type === 'IfStatement' || around.type === 'ConditionalExpression') &&
      around.alternate !== null &&
      contains(around.consequent, one) &&
      contains(around.alternate, other),
  );
}

/** Whether the thing is undone there, or where its failure is caught, or before it on the same branch. */
function isHandled(risk: Node, late: Node, handlers: readonly Handler[]): boolean {
  const around = ancestorsOf(risk);
  const after = around.flatMap((node) =>
    node.type === 'TryStatement' && contains(node.block, risk) ? [node.handler, node.finalizer] : [],
  );
  const branches = around.filter((node) => node.type === 'BlockStatement' && !contains(node, late));
  return handlers.some(
    ({ node }) =>
      [risk, ...after].some((place) => place && contains(place, node)) ||
      (isBefore(node, risk) && branches.some((branch) => contains(branch, node))),
  );
}

/** Whether a callback does it: `await opened.catch((error) => { current = undefined; throw error; })`. */
function assigns(risk: Node, target: Place, file: File): boolean {
  let isAssigned = false;
  walk(risk, file.keys, (part) => {
    isAssigned ||= part.type === 'AssignmentExpression' && placeOf(part.left, file) === target;
    return !isAssigned;
  });
  return isAssigned;
}

/**
 * The risks while something is held. An object that is made without waiting often holds nothing until it has been
 * awaited. If that fails, as `await once(server, 'listening')` may, there is nothing to undo.
 */
function risksWhileHeld(risks: readonly Node[], target: Place, setup: Node, file: File): Node[] {
  const isReady = isAwaited(setup, file);
  const verb = verbOf(setup);
  let mayWait = !isReady && (setup.type !== 'CallExpression' || isActivating(verb));
  let isHeld = isReady || setup.type === 'CallExpression' || isHolding(verb);
  return risks.filter((risk) => {
    if (mayWait && mentions(risk, target, file)) {
      mayWait = false;
      isHeld = true;
      return false;
    }
    isHeld ||= isActivated(target, setup, risk, file);
    return isHeld;
  });
}

function isActivated(target: Place, setup: Node, risk: Node, file: File): boolean {
  return file.nodes.some(
    (node) =>
      node.type === 'CallExpression' &&
      isBefore(setup, node) &&
      isBefore(node, risk) &&
      isActivating(calleeName(node)) &&
      placesOf(node.callee, file).includes(target),
  );
}

function mentions(node: Node, target: Place, file: File): boolean {
  let isMentioned = false;
  walk(node, file.keys, (part) => {
    isMentioned ||= placesOf(part, file).includes(target);
    return !isMentioned;
  });
  return isMentioned;
}

/** Commits that come after the `try` around the block, whose `catch` rolls back. */
function unprotectedCommits(fn: FunctionNode, file: File): Node[] {
  const nodes = ownNodes(fn, file.keys);
  const tries = nodes
    .filter((node) => node.type === 'CatchClause' && hasCall(node, isRollback, file))
    .map(({ parent }) => parent as Node);
  if (!tries.some((node) => ownNodes(node, file.keys).some(isBlock))) return [];
  const { phases } = waysThrough(fn, file);
  return nodes.filter(
    (node) =>
      node.type === 'CallExpression' &&
      says(node, isCommit) &&
      !tries.some((one) => contains(one, node)) &&
      phases.get(node)?.has('returned'),
  );
}

function isBlock(node: Node): boolean {
  return node.type === 'YieldExpression' && !node.delegate;
}

function hasCall(root: Node, is: (nameOrStatement: string) => boolean, { keys }: File): boolean {
  return ownNodes(root, keys).some((node) => node.type === 'CallExpression' && says(node, is));
}

function says(call: TSESTree.CallExpression, is: (nameOrStatement: string) => boolean): boolean {
  return is(calleeName(call)) || is(textOf(call.arguments[0]));
}
