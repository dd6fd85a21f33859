import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Node } from './ast.ts';

type Code = Readonly<TSESLint.SourceCode>;

/** The white space at the start of a node's line. */
export function indentOf({ range }: Node, code: Code): string {
  return indentAt(range[0], code);
}

function indentAt(index: number, { text }: Code): string {
  return text.slice(text.lastIndexOf('\n', index) + 1, index).replace(/\S.*/, '');
}

/** How far a block's statements are indented. */
export function stepOf(statement: TSESTree.Statement, code: Code): string {
  const outer = indentAt(statement.parent.range[1] - 1, code);
  return indentOf(statement, code).slice(outer.length) || '  ';
}

/** Where a statement ends, including a comment that follows on its line. */
export function endOf(node: Node, code: Code): number {
  const comments = code.getCommentsAfter(node).filter(({ loc }) => loc.start.line === node.loc.end.line);
  return comments.at(-1)?.range[1] ?? node.range[1];
}

/** Adds a statement at the end of a block, in the block's layout. */
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

/** The source from one statement to another, indented by one step; the contents of template literals stay unchanged. */
export function movedIn(first: TSESTree.Statement, last: Node, code: Code): string {
  const [start] = first.range;
  const isText = (index: number): boolean => (code.getNodeByRangeIndex(index) as Node).type === 'TemplateElement';
  return code.text
    .slice(start, endOf(last, code))
    .replace(/\n(?=.)/g, (line, index: number) => (isText(start + index) ? line : line + stepOf(first, code)));
}
