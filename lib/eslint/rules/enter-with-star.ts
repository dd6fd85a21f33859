import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import {
  calleeName,
  functionAround,
  isFunction,
  isVoid,
  memberOf,
  nameOf,
  unwrap,
  wrapped,
  type Node,
} from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf, resultsOf } from '../managers.ts';
import { rule, type Report, type Rule } from '../rule.ts';
import { isReassigned } from '../variables.ts';
import { isEnter } from '../ways.ts';

type Message = 'star' | 'await' | 'bare' | 'elsewhere' | 'write';

export const enterWithStar: Rule = rule<Message>({
  description: 'Require enter() to be called as yield* enter(manager)',
  messages: {
    star: 'Without the star, nothing is entered. Write yield* enter(manager).',
    await: 'Awaiting enter() enters nothing. Write yield* enter(manager).',
    bare: 'enter() by itself enters nothing. Write yield* enter(manager).',
    elsewhere: 'enter() works only in the generator of a manager or a scope. Write withAsync(manager, body) here.',
    write: 'Write yield* enter(manager).',
  },
  fixable: 'code',
  hasSuggestions: true,
  check(file, report) {
    const generators = new Set<Node>(managersOf(file).generators.map(({ fn }) => fn));
    const isInGenerator = (node: Node): boolean => {
      const around = functionAround(node);
      return around !== undefined && (generators.has(around) || around.generator);
    };
    for (const slip of file.nodes.flatMap((node) => slipsIn(node, file)))
      reportSlip(slip, isInGenerator(slip.node), report);
  },
});

interface Slip {
  readonly node: Node;
  readonly messageId: 'star' | 'await' | 'bare';
  readonly request: Node;
}

function slipsIn(node: Node, file: File): Slip[] {
  const slips = node.type === 'CallExpression' ? awaitedTogether(node, file) : [slipIn(node, file)];
  return slips.filter((slip) => slip !== undefined);
}

function slipIn(node: Node, file: File): Slip | undefined {
  switch (node.type) {
    case 'YieldExpression':
      return !node.delegate && node.argument && isEnter(node.argument, file)
        ? { node, messageId: 'star', request: node.argument }
        : undefined;
    case 'AwaitExpression':
      return isEnter(node.argument, file) ? { node, messageId: 'await', request: node.argument } : undefined;
    case 'ExpressionStatement':
      return bareIn(node.expression, file);
    case 'ArrowFunctionExpression':
      return isDropped(node) ? bareIn(node.body, file) : undefined;
    case 'VariableDeclarator':
      return isUsedAsValue(node, file) ? bareIn(node.init, file) : undefined;
  }
  return undefined;
}

function bareIn(given: Node | null, file: File): Slip | undefined {
  const node = given && unwrap(given);
  if (node && isVoid(node)) return bareIn(node.argument, file);
  return node && isEnter(node, file) ? { node, messageId: 'bare', request: node } : undefined;
}

/** `Promise.all([enter(one), enter(other)])`, `Promise.all(managers.map((manager) => enter(manager)))` */
function awaitedTogether(call: TSESTree.CallExpression, file: File): (Slip | undefined)[] {
  const [list] = call.arguments;
  if (!list || !file.code.getText(call.callee).startsWith('Promise.')) return [];
  if (list.type === 'ArrayExpression') return list.elements.map((element) => bareIn(element, file));
  if (list.type !== 'CallExpression' || calleeName(list) !== 'map') return [];
  const [callback] = list.arguments;
  return isFunction(callback) ? resultsOf(callback, file).map((result) => bareIn(result, file)) : [];
}

/** `managers.forEach((manager) => enter(manager))` */
function isDropped({ parent, expression }: TSESTree.ArrowFunctionExpression): boolean {
  return expression && parent.type === 'CallExpression' && calleeName(parent) === 'forEach';
}

/** Whether the result of `enter()` is used as the entered value: `const db = enter(pool()); db.query('…')`. */
function isUsedAsValue({ id }: TSESTree.VariableDeclarator, file: File): boolean {
  const variable = file.variables.of(id);
  if (!variable || isReassigned(variable)) return false;
  return variable.references.every(({ init, identifier }) => {
    const member = memberOf(identifier);
    return init || (member && nameOf(member) !== '@@iterator');
  });
}

function reportSlip({ node, messageId, request }: Slip, isInGenerator: boolean, report: Report<Message>): void {
  if (!isInGenerator) report({ node, messageId: 'elsewhere' });
  else if (messageId === 'star') report({ node, messageId, fix: (fixer) => starred(node, fixer) });
  else report({ node, messageId, suggest: [{ messageId: 'write', fix: (fixer) => delegated(node, request, fixer) }] });
}

function starred({ range: [start] }: Node, fixer: TSESLint.RuleFixer): TSESLint.RuleFix {
  const end = start + 'yield'.length;
  return fixer.insertTextAfterRange([start, end], '*');
}

/** A `yield*` takes everything that follows it, so inside another expression it needs parentheses. */
function delegated(node: Node, request: Node, fixer: TSESLint.RuleFixer): TSESLint.RuleFix[] {
  const before: TSESTree.Range = [node.range[0], request.range[0]];
  const { type } = wrapped(node).parent as Node;
  const isWhole = /Statement|Declarator|AssignmentExpression|YieldExpression/.test(type);
  return [
    fixer.replaceTextRange(before, isWhole ? 'yield* ' : '(yield* '),
    ...(isWhole ? [] : [fixer.insertTextAfter(request, ')')]),
  ];
}
