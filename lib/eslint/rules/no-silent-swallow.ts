import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { insertLast } from '../edits.ts';
import { headOf, isFunction, type FunctionNode } from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';
import { waysThrough } from '../ways.ts';

type Message = 'catch' | 'finally' | 'rethrow' | 'fallback';

export const noSilentSwallow: Rule = rule<Message>({
  description: "Disallow catch clauses that silently swallow the block's error",
  messages: {
    catch:
      "This can swallow the block's error: the block then returns undefined, as if it had succeeded. Throw the error again, or return a value.",
    finally: "A jump out of a finally swallows the block's error. Don't return, break or continue there.",
    rethrow: 'Throw the error again.',
    fallback: 'Return undefined, to say that the error ends here on purpose.',
  },
  hasSuggestions: true,
  check(file, report) {
    for (const { fn, isScope } of managersOf(file).generators)
      for (const node of isScope ? [] : waysThrough(fn, file).swallowed)
        if (node.type === 'CatchClause')
          report({ node, loc: headOfClause(node), messageId: 'catch', suggest: suggestionsFor(node, fn, file) });
        else report({ node, loc: isFunction(node) ? headOf(node) : node.loc, messageId: 'finally' });
  },
});

/** `catch (error) {` */
function headOfClause({ loc, body }: TSESTree.CatchClause): TSESTree.SourceLocation {
  return { start: loc.start, end: body.loc.start };
}

function suggestionsFor(
  { param, body, range }: TSESTree.CatchClause,
  fn: FunctionNode,
  { code }: File,
): TSESLint.SuggestionReportDescriptor<Message>[] {
  // A generator function always has braces.
  const whole = fn.body as TSESTree.BlockStatement;
  const suggestions: TSESLint.SuggestionReportDescriptor<Message>[] = [];
  const name = param ? (param as Partial<TSESTree.Identifier>).name : 'error';
  if (name)
    suggestions.push({
      messageId: 'rethrow',
      fix: (fixer) => [
        ...(param ? [] : [fixer.insertTextAfterRange([range[0], range[0] + 'catch'.length], ' (error)')]),
        insertLast(fixer, body, `throw ${name};`, code),
      ],
    });
  suggestions.push({
    messageId: 'fallback',
    fix: (fixer) => [
      insertLast(fixer, body, 'return undefined;', code),
      ...(isLeft(whole) ? [] : [insertLast(fixer, whole, 'return undefined;', code)]),
    ],
  });
  return suggestions;
}

/** Whether a block has a statement after which nothing continues. */
function isLeft({ body }: TSESTree.BlockStatement): boolean {
  return body.some(({ type }) => type === 'ReturnStatement' || type === 'ThrowStatement');
}
