import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { droppedIn, functionAround, nameOf, unwrap, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { rule, type Rule } from '../rule.ts';
import { stackKindOf } from '../stacks.ts';

type Message = 'floating' | 'await' | 'return';

export const awaitBlocks: Rule = rule<Message>({
  description: 'Require blocks to be awaited',
  messages: {
    floating: 'Nothing waits for {{name}} or gets its error. Await it, return it, or write void if you mean that.',
    await: 'Await it.',
    return: 'Return it.',
  },
  hasSuggestions: true,
  check(file, report) {
    const statements = file.nodes.filter((node) => node.type === 'ExpressionStatement');
    for (const node of statements.flatMap(({ expression }) => droppedIn(expression))) {
      const name = node.type === 'CallExpression' ? nameOfPromise(node, file) : undefined;
      if (name) report({ node, messageId: 'floating', data: { name }, suggest: suggestionsFor(node) });
    }
  },
});

/** The call whose block promise is dropped, entirely or by a `then` that doesn't handle errors. */
function nameOfPromise(call: TSESTree.CallExpression, file: File): string | undefined {
  const word = file.words.of(call.callee)?.name;
  if (word === 'withAsync' || word === 'scopeAsync') return `${word}()`;
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  const method = nameOf(callee);
  if (/enterContext|exitAsync|disposeAsync/.test(method))
    return stackKindOf(callee.object, file) === 'AsyncExitStack' ? `${method}()` : undefined;
  const isUnhandled = method === 'finally' || (method === 'then' && call.arguments.length < 2);
  const promise = unwrap(callee.object);
  return isUnhandled && promise.type === 'CallExpression' ? nameOfPromise(promise, file) : undefined;
}

function suggestionsFor(call: Node): TSESLint.SuggestionReportDescriptor<Message>[] {
  const around = functionAround(call);
  if (!around || around.async) return [{ messageId: 'await', fix: (fixer) => fixer.insertTextBefore(call, 'await ') }];
  const isLast = around.body.type === 'BlockStatement' && around.body.body.at(-1) === call.parent;
  return isLast ? [{ messageId: 'return', fix: (fixer) => fixer.insertTextBefore(call, 'return ') }] : [];
}
