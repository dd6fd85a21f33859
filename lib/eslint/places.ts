import { nameOf, unwrap, type Node } from './ast.ts';
import type { File } from './file.ts';
import type { Variable } from './variables.ts';

/**
 * Something that can be set up and undone, as a key that is the same wherever the same thing is meant: a variable,
 * `this`, a property of these, a literal; for anything else, its text.
 */
export type Place = string;

const ids = new WeakMap<Variable, number>();
let lastId = 0;

export function placeOfVariable(variable: Variable): Place {
  const id = ids.get(variable) ?? ++lastId;
  ids.set(variable, id);
  return `#${String(id)}`;
}

export function placeOf(given: Node, file: File): Place {
  const node = unwrap(given);
  switch (node.type) {
    case 'Identifier': {
      const variable = file.variables.of(node);
      return variable ? placeOfVariable(variable) : node.name;
    }
    case 'MemberExpression': {
      const name = nameOf(node) || `[${placeOf(node.property, file)}]`;
      return `${placeOf(node.object, file)}.${name}`;
    }
    default:
      return file.code.getText(node);
  }
}

/** The place that an expression is about, and those that it is a part of or was taken from, the nearest first. */
export function placesOf(given: Node, file: File): Place[] {
  return [...placesFrom(given, file)];
}

function* placesFrom(given: Node, file: File): Generator<Place, void, void> {
  const node = unwrap(given);
  switch (node.type) {
    case 'CallExpression': {
      // The argument of `Object.values(clients)`, the object of `clients.toReversed()`.
      const callee = unwrap(node.callee);
      const isMethod = callee.type === 'MemberExpression' && (file.variables.of(callee.object)?.defs.length ?? 0) > 0;
      const subject = isMethod ? callee.object : node.arguments[0];
      if (subject) yield* placesFrom(subject, file);
      return;
    }
    case 'ArrayExpression':
      for (const element of node.elements) if (element) yield* placesFrom(element, file);
      return;
    case 'SpreadElement':
    case 'AwaitExpression':
      yield* placesFrom(node.argument, file);
      return;
  }
  yield placeOf(node, file);
  const whole = node.type === 'MemberExpression' ? node.object : sourceOf(file.variables.of(node));
  if (whole) yield* placesFrom(whole, file);
}

/**
 * The expression that a variable stands for, or comes from: another variable, the iterable of a loop, the array of a
 * callback.
 */
function sourceOf(variable: Variable | undefined): Node | undefined {
  const definition = variable?.defs[0];
  if (definition?.type === 'Parameter') return sourceOfParameter(definition.node);
  if (definition?.type !== 'Variable') return undefined;
  const { init, parent } = definition.node;
  if (parent.parent.type === 'ForOfStatement') return parent.parent.right;
  const value = init && unwrap(init);
  return value?.type === 'Identifier' || value?.type === 'MemberExpression' ? value : undefined;
}

const eachMethod = /^(forEach|map|flatMap|reduce|reduceRight|some|every)$/;

function sourceOfParameter({ parent: call }: { readonly parent: Node }): Node | undefined {
  const callee = call.type === 'CallExpression' ? unwrap(call.callee) : undefined;
  return callee?.type === 'MemberExpression' && eachMethod.test(nameOf(callee)) ? callee.object : undefined;
}
