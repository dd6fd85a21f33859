import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { functionAround, nameOf, unwrap, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { rule, type Rule } from '../rule.ts';
import { stackKindOf } from '../stacks.ts';

type Message = 'floating' | 'await' | 'return';

export const awaitBlocks: Rule = rule<Message>({
  description: 'Require the promise of a block to be awaited',
  messages: {
    floating: 'Nothing waits for {{name}}, and nothing hears of its error. Write await, return, or void if that is meant.',
    await: 'Await it.',
    return: 'Return it.',
  },
  hasSuggestions: true,
  check(file, report) {
    for (const node of file.nodes) {
      const floating = node.type === 'ExpressionStatement' ? floatingIn(node.expression, file) : undefined;
      if (!floating) continue;
      const { call, name } = floating;
      report({ node: call, messageId: 'floating', data: { name }, suggest: suggestionsFor(call) });
    }
  },
});

interface Floating {
  readonly call: Node;
  readonly name: string;
}

/** The promise of a block that an expression statement drops: whole, or with a `then` that takes no errors. */
function floatingIn(given: Node, file: File): Floating | undefined {
  const node = unwrap(given);
  if (node.type === 'LogicalExpression') return floatingIn(node.right, file);
  if (node.type !== 'CallExpression') return undefined;
  const name = nameOfPromise(node, file);
  return name === undefined ? undefined : { call: node, name };
}

function nameOfPromise(call: TSESTree.CallExpression, file: File): string | undefined {
  const word = file.words.of(call.callee)?.name;
  if (word === 'withAsync' || word === 'scopeAsync') return `${word}()`;
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  const method = nameOf(callee) ?? '';
  if (/^(enterContext|exitAsync|disposeAsync)$/.test(method))
    return stackKindOf(callee.object, file) === 'AsyncExitStack' ? `${method}()` : undefined;
  const isUnhandled = method === 'finally' || (method === 'then' && call.arguments.length < 2);
  const promise = unwrap(callee.object);
  return isUnhandled && promise.type === 'CallExpression' ? nameOfPromise(promise, file) : undefined;
}

function suggestionsFor(call: Node): TSESLint.SuggestionReportDescriptor<Message>[] {
  const around = functionAround(call);
  if (!around || around.async) return [{ messageId: 'await', fix: (fixer) => fixer.insertTextBefore(call, 'await ') }];
  const isLast = around.body?.type === 'BlockStatement' && around.body.body.at(-1) === call.parent;
  return isLast ? [{ messageId: 'return', fix: (fixer) => fixer.insertTextBefore(call, 'return ') }] : [];
}
