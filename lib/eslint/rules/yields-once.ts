import { headOf, isFunction, ownNodes } from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf, type Generator } from '../managers.ts';
import { rule, type Report, type Rule } from '../rule.ts';
import { isEnter, waysThrough } from '../ways.ts';

type Message = 'again' | 'early' | 'never' | 'scope';

export const yieldsOnce: Rule = rule<Message>({
  description: 'Require every path through a manager to yield exactly once',
  messages: {
    again:
      '{{name}} can yield a second time here, but it runs one block. Return instead, or yield on separate branches.',
    early: '{{name}} returns here before it yields, so the block never runs. Throw, or yield first.',
    never: '{{name}} can finish without yielding, so the block never runs. Yield once on every path, or throw.',
    scope:
      'A scope has no block, so its generator must not yield. Return the value, or enter a manager with yield* enter(…).',
  },
  check(file, report) {
    for (const generator of managersOf(file).generators)
      if (generator.isScope) checkScope(generator, file, report);
      else checkManager(generator, file, report);
  },
});

function checkScope({ fn }: Generator, file: File, report: Report<Message>): void {
  for (const node of ownNodes(fn, file.keys))
    if (node.type === 'YieldExpression' && !node.delegate && !isEnter(node.argument, file))
      report({ node, messageId: 'scope' });
}

function checkManager({ fn }: Generator, file: File, report: Report<Message>): void {
  const { again, missing } = waysThrough(fn, file);
  const data = { name: fn.id?.name ?? 'The manager' };
  for (const node of again) report({ node, messageId: 'again', data });
  for (const node of missing)
    if (isFunction(node)) report({ node, loc: headOf(node), messageId: 'never', data });
    else report({ node, messageId: 'early', data });
}
