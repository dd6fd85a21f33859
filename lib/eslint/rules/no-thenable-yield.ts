import type { TSESTree } from '@typescript-eslint/utils';
import { ownNodes } from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';
import { isEnter } from '../ways.ts';

export const noThenableYield: Rule = rule<'awaited'>({
  description: 'Disallow yielding a thenable other than a plain promise from an async generator',
  messages: {
    awaited:
      'An async generator awaits what it yields, so the body gets what this resolves to. Wrap it in an object: yield { value }.',
  },
  check(file, report) {
    const asyncManagers = managersOf(file).generators.filter(({ fn, isScope }) => fn.async && !isScope);
    for (const node of asyncManagers.flatMap(({ fn }) => ownNodes(fn, file.keys)))
      if (node.type === 'YieldExpression' && isAwaited(node, file)) report({ node, messageId: 'awaited' });
  },
});

/** Whether an awaited value is more than a promise; a request without its star is left to enter-with-star. */
function isAwaited(node: TSESTree.YieldExpression, file: File): boolean {
  if (node.delegate || isEnter(node.argument, file)) return false;
  return file.types?.isThenableResource(node.argument ?? node) ?? false;
}
