import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { headOf, nameOf, walk, wrapped, type FunctionNode, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';

export const nameManagers: Rule = rule<'unnamed'>({
  description: 'Require the generator function of a manager to have a name',
  messages: {
    unnamed: 'Name the generator function: messages use that name for the manager.',
  },
  type: 'suggestion',
  fixable: 'code',
  check(file, report) {
    for (const { fn, call, isScope, isInline } of managersOf(file).generators) {
      if (isScope || !isInline || fn.id) continue;
      const name = nameFor(call, fn, file);
      report({
        node: fn,
        loc: headOf(fn),
        messageId: 'unnamed',
        fix: name ? (fixer) => named(fn, name, fixer, file) : null,
      });
    }
  },
});

/**
 * The name of the variable or field with the manager function, unless it would shadow a name in the generator's own code.
 */
function nameFor(call: Node, fn: FunctionNode, file: File): string | undefined {
  const name = String(nameOfHolder(wrapped(call)));
  const isUsable = /^[A-Za-z_$][\w$]*$/.test(name) && !reserved.has(name) && !mentions(fn, name, file);
  return isUsable ? name : undefined;
}

function nameOfHolder(value: Node): string | undefined {
  const parent = value.parent as Node;
  switch (parent.type) {
    case 'VariableDeclarator':
      return nameOfTarget(parent.id);
    case 'AssignmentExpression':
      return nameOfTarget(parent.left);
    case 'Property':
    case 'PropertyDefinition':
      return nameOf(parent);
  }
  return undefined;
}

function nameOfTarget(target: Node): string | undefined {
  return target.type === 'MemberExpression' ? nameOf(target) : (target as Partial<TSESTree.Identifier>).name;
}

function mentions(fn: FunctionNode, name: string, { keys }: File): boolean {
  let isMentioned = false;
  walk(fn, keys, (node) => {
    isMentioned ||= (node as Partial<TSESTree.Identifier>).name === name;
    return !isMentioned;
  });
  return isMentioned;
}

function named(fn: FunctionNode, name: string, fixer: TSESLint.RuleFixer, { code }: File): TSESLint.RuleFix {
  const star = code.getFirstToken(fn, ({ value }) => value === '*') as TSESTree.Token;
  const next = code.getTokenAfter(star) as TSESTree.Token;
  return fixer.replaceTextRange([star.range[1], next.range[0]], ` ${name}`);
}

const reserved = new Set(
  'await break case catch class const continue debugger default delete do else enum export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield arguments eval undefined'.split(
    ' ',
  ),
);
