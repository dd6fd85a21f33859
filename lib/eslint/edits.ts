import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Node } from './ast.ts';

type Code = Readonly<TSESLint.SourceCode>;

/** The white space before the line of a node. */
export function indentOf(node: Node, code: Code): string {
  return code.getText(node, node.loc.start.column).replace(/\S[^]*$/, '');
}

/** Where a statement ends, with the comment that follows on its line. */
export function endOf(node: Node, code: Code): number {
  const comments = code.getCommentsAfter(node).filter(({ loc }) => loc.start.line === node.loc.end.line);
  return comments.at(-1)?.range[1] ?? node.range[1];
}

/** Puts a statement at the end of a block, laid out as the block is. */
export function insertLast(
  fixer: TSESLint.RuleFixer,
  block: TSESTree.BlockStatement,
  statement: string,
  code: Code,
): TSESLint.RuleFix {
  const last = block.body.at(-1);
  const isOneLine = block.loc.start.line === block.loc.end.line;
  if (last) {
    const text = isOneLine ? ` ${statement}` : `\n${indentOf(last, code)}${statement}`;
    return fixer.insertTextAfterRange([last.range[0], endOf(last, code)], text);
  }
  const end = block.range[1] - 1;
  const text = isOneLine ? ` ${statement} ` : `  ${statement}\n${indentOf(block, code)}`;
  return fixer.insertTextBeforeRange([end, end], text);
}

/** The source from one statement to another, moved in by one step. */
export function movedIn(first: Node, last: Node, code: Code): string {
  return code.text.slice(first.range[0], endOf(last, code)).replace(/\n(?=.)/g, '\n  ');
}
