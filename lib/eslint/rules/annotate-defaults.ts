import type { TSESTree } from '@typescript-eslint/utils';
import { unwrap, type Node } from '../ast.ts';
import { managersOf } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';

export const annotateDefaults: Rule = rule<'untyped'>({
  description: 'Require the type of a parameter with a default to be written out',
  messages: {
    untyped:
      'Write out the type of this parameter. From a default alone, TypeScript infers unknown for the manager function, and drops its generics.',
  },
  type: 'suggestion',
  fixable: 'code',
  check(file, report) {
    if (!file.isTypeScript) return;
    for (const { fn, isScope, isInline } of managersOf(file).generators)
      for (const node of isScope || !isInline ? [] : fn.params) {
        if (node.type !== 'AssignmentPattern' || isTyped(node.left)) continue;
        const { left, right } = node;
        const type = typeOf(right);
        report({ node, messageId: 'untyped', fix: type ? (fixer) => fixer.insertTextAfter(left, `: ${type}`) : null });
      }
  },
});

function isTyped(pattern: TSESTree.AssignmentPattern['left']): boolean {
  return 'typeAnnotation' in pattern && Boolean(pattern.typeAnnotation);
}

/** The type of a default that is a literal, or an instance of a class without type arguments. */
function typeOf(given: Node): string | undefined {
  const node = unwrap(given);
  switch (node.type) {
    case 'Literal':
      return typeOfLiteral(node);
    case 'TemplateLiteral':
      return 'string';
    case 'UnaryExpression':
      return /^[-+]$/.test(node.operator) ? typeOf(node.argument) : undefined;
    case 'NewExpression':
      return node.callee.type === 'Identifier' && plainClasses.test(node.callee.name) ? node.callee.name : undefined;
    default:
      return undefined;
  }
}

function typeOfLiteral({ value }: TSESTree.Literal): string | undefined {
  if (value instanceof RegExp) return 'RegExp';
  return value === null ? undefined : typeof value;
}

const plainClasses = /^(Date|URL|URLSearchParams|Headers|AbortController|EventTarget|Error)$/;
