import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Node } from './ast.ts';

type Code = Readonly<TSESLint.SourceCode>;

/** The white space before the line of a node. */
export function indentOf({ loc }: Node, code: Code): string {
  return /^\s*/.exec(code.lines[loc.start.line - 1] ?? '')?.[0] ?? '';
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
  if (last) return fixer.insertTextAfter(last, isOneLine ? ` ${statement}` : `\n${indentOf(last, code)}${statement}`);
  const end = block.range[1] - 1;
  const text = isOneLine ? ` ${statement} ` : `  ${statement}\n${indentOf(block, code)}`;
  return fixer.insertTextBeforeRange([end, end], text);
}

/** The source from one statement to another, moved in by one step. */
export function movedIn(first: Node, last: Node, code: Code): string {
  return code.text.slice(first.range[0], last.range[1]).replace(/\n(?=.)/g, '\n  ');
}
