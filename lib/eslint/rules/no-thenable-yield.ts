import { ownNodes } from '../ast.ts';
import { managersOf } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';

export const noThenableYield: Rule = rule<'awaited'>({
  description: 'Disallow yielding what has a then() and is no promise from an async generator',
  messages: {
    awaited:
      'An async generator awaits what it yields, so the block gets what this resolves to. Yield it in a box: yield { value }.',
  },
  check(file, report) {
    const { types } = file;
    if (!types) return;
    for (const { fn, isScope } of managersOf(file).generators) {
      if (isScope || !fn.async) continue;
      for (const node of ownNodes(fn, file.keys))
        if (
          node.type === 'YieldExpression' &&
          !node.delegate &&
          node.argument &&
          types.isThenableResource(node.argument)
        )
          report({ node, messageId: 'awaited' });
    }
  },
});
