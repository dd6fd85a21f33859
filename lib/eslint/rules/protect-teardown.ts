import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import {
  ancestorsOf,
  calleeName,
  ownNodes,
  statementOf,
  type FunctionNode,
  type Node,
  type VisitorKeys,
} from '../ast.ts';
import { endOf, indentOf, insertLast, movedIn, stepOf } from '../edits.ts';
import type { File } from '../file.ts';
import { managersOf } from '../managers.ts';
import { placeOf, placesOf, type Place } from '../places.ts';
import { rule, type Rule } from '../rule.ts';
import { undosIn, type Undo } from '../undo.ts';
import { isRollback, isUndoing } from '../verbs.ts';
import { waysThrough, type Phase } from '../ways.ts';

type Message = 'skipped' | 'finally';

export const protectTeardown: Rule = rule<Message>({
  description: 'Require teardown to run when the block throws, too',
  messages: {
    skipped:
      'This is skipped when the block throws, because the error is thrown at the yield. Wrap the yield in a try, and move this to its finally.',
    finally: 'Move it to a finally.',
  },
  hasSuggestions: true,
  check(file, report) {
    for (const { fn, isScope } of managersOf(file).generators) {
      const skipped = new Set(isScope ? [] : skippedIn(fn, file).map(({ node }) => statementOf(node)));
      for (const node of skipped) report({ node, messageId: 'skipped', suggest: suggestionsFor(node, skipped, file) });
    }
  },
});

/** Code that undoes something only after the block returned, if nothing undoes it after the block threw. */
function skippedIn(fn: FunctionNode, file: File): Undo[] {
  const { phases } = waysThrough(fn, file);
  const isIn = (node: Node, phase: Phase): boolean => phases.get(node)?.has(phase) === true;
  const failing = [...phases.keys()].filter(
    (node) => isIn(node, 'threw') && (!isIn(node, 'returned') || isInCatch(node, file)),
  );
  const undos = undosIn(fn, file);
  const handled = undos.filter(({ node }) => isIn(node, 'threw')).map(({ target }) => target);
  // Something acquired after the block isn't part of the setup; but the setup may name it.
  const isLate = (setup: Node | undefined): boolean =>
    setup !== undefined &&
    !isIn(setup, 'setup') &&
    (setup.type !== 'VariableDeclarator' ||
      ownNodes(setup, file.keys).some(({ type }) => /(Await|New)Expression/.test(type)));
  return undos.filter(
    ({ node, setup, target }) =>
      isIn(node, 'returned') &&
      !isLate(setup) &&
      !handled.includes(target) &&
      !failing.some((call) => takesOver(call, target, node, file)),
  );
}

/** Whether a call after a failure takes care of the same thing: it does the same, or gets the thing as an argument. */
function takesOver(call: Node, target: Place, undo: Node, file: File): boolean {
  if (call.type !== 'CallExpression' || undo.type !== 'CallExpression') return false;
  const name = calleeName(call);
  if (isRollback(name)) return false;
  if (isUndoing(name) && placeOf(call.callee, file) === placeOf(undo.callee, file)) return true;
  // For functions without an object, there is only the name to go by.
  if (undo.callee.type === 'Identifier' && undo.arguments.length === 0 && isUndoing(name)) return true;
  return call.arguments.some((argument) => mentionsPlace(argument, target, file));
}

function mentionsPlace(node: Node, target: Place, file: File): boolean {
  return ownNodes(node, file.keys).some((part) => placesOf(part, file).includes(target));
}

/** Whether a node is in a catch clause that gets the block's error, even if it gets other errors, too. */
function isInCatch(node: Node, { keys }: File): boolean {
  return ancestorsOf(node).some((around) => around.type === 'CatchClause' && hasBlock(around.parent.block, keys));
}

type Suggestions = TSESLint.SuggestionReportDescriptor<Message>[];

/** Code can be moved only if everything from there to the end of the block can be. */
function suggestionsFor(statement: Node, skipped: ReadonlySet<Node>, { code, keys }: File): Suggestions {
  const parent = statement.parent as Node;
  if (parent.type !== 'BlockStatement') return [];
  const { body } = parent;
  const isUndo = (statement: Node): boolean => skipped.has(statement);
  const first = body.findIndex(isUndo);
  const around = body.map((statement) => hasBlock(statement, keys)).lastIndexOf(true);
  if (around === -1 || !body.slice(first).every(isUndo)) return [];
  const at = (index: number) => body.at(index) as TSESTree.Statement;
  const [start, before, undo, last] = [at(around), at(first - 1), at(first), at(-1)] as const;
  const undos = movedIn(undo, last, code);
  const rest: TSESTree.Range = [endOf(before, code), endOf(last, code)];
  const indent = indentOf(start, code);
  const inner = indent + stepOf(start, code);
  const end = ` finally {\n${inner}${undos}\n${indent}}`;
  if (start.type === 'TryStatement')
    return start === before ? [moved((fixer) => extended(start, end, undos, rest, fixer, code))] : [];
  if (body.slice(around, first).some(({ type }) => type === 'VariableDeclaration')) return [];
  const text = `try {\n${inner}${movedIn(start, before, code)}\n${indent}}${end}`;
  return [moved((fixer) => fixer.replaceTextRange([start.range[0], endOf(last, code)], text))];
}

function moved(fix: TSESLint.ReportFixFunction): TSESLint.SuggestionReportDescriptor<Message> {
  return { messageId: 'finally', fix };
}

/** The `finally` of a `try`, which may have to be added. */
function extended(
  { finalizer }: TSESTree.TryStatement,
  end: string,
  undos: string,
  rest: TSESTree.Range,
  fixer: TSESLint.RuleFixer,
  code: File['code'],
): TSESLint.RuleFix[] {
  if (finalizer) return [insertLast(fixer, finalizer, undos, code), fixer.removeRange(rest)];
  return [fixer.replaceTextRange(rest, end)];
}

/** Whether the block runs in a statement. */
function hasBlock(statement: Node, keys: VisitorKeys): boolean {
  return ownNodes(statement, keys).some((node) => node.type === 'YieldExpression' && !node.delegate);
}
