import { contains, isBefore, ownNodes, type FunctionNode, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf, type Generator } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';
import { undosIn } from '../undo.ts';
import { isEnter, waysThrough } from '../ways.ts';

export const exitInOrder: Rule = rule<'early'>({
  description: 'Disallow releasing anything that an entered manager may still need',
  messages: {
    early:
      'This runs before the manager entered on line {{line}} is exited. Acquire it with yield* enter(closing(…)) before that line instead.',
  },
  check(file, report) {
    for (const generator of managersOf(file).generators)
      for (const { node, entered } of earlyIn(generator, file))
        report({ node, messageId: 'early', data: { line: entered.loc.start.line } });
  },
});

/** What the generator undoes too early: something that was entered after it exits only later. */
function earlyIn({ fn, isScope }: Generator, file: File): { node: Node; entered: Node }[] {
  const nodes = ownNodes(fn, file.keys);
  const enters = nodes.filter((node) => node.type === 'YieldExpression' && isEnter(node.argument, file));
  return undosIn(fn, file).flatMap(({ node, setup }) => {
    const entered = enters.find((enter) => (!setup || isBefore(setup, enter)) && isBefore(enter, node));
    return entered && (isScope ? isInFinally(node, nodes) : runsAfterFailure(node, fn, file))
      ? [{ node, entered }]
      : [];
  });
}

/** Code that runs only after a success is left to protect-teardown. */
function runsAfterFailure(node: Node, fn: FunctionNode, file: File): boolean {
  return waysThrough(fn, file).phases.get(node)?.has('threw') === true;
}

function isInFinally(node: Node, nodes: readonly Node[]): boolean {
  return nodes.some(
    (around) => around.type === 'TryStatement' && around.finalizer !== null && contains(around.finalizer, node),
  );
}
