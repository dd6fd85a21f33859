import type { TSESTree } from '@typescript-eslint/utils';
import { unwrap, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';

export const annotateDefaults: Rule = rule<'untyped'>({
  description: 'Require explicit types for parameters with a default',
  messages: {
    untyped:
      'Write out the type of this parameter. From a default alone, TypeScript infers unknown for the manager function, and drops its generics.',
  },
  type: 'suggestion',
  fixable: 'code',
  check(file, report) {
    if (!file.isTypeScript) return;
    const written = managersOf(file).generators.filter(({ isScope, isInline }) => !isScope && isInline);
    for (const node of written.flatMap(({ fn }) => fn.params)) {
      if (node.type !== 'AssignmentPattern' || isTyped(node.left)) continue;
      const { left, right } = node;
      const type = typeOf(right, file);
      report({ node, messageId: 'untyped', fix: type ? (fixer) => fixer.insertTextAfter(left, `: ${type}`) : null });
    }
  },
});

function isTyped(pattern: TSESTree.AssignmentPattern['left']): boolean {
  return 'typeAnnotation' in pattern && Boolean(pattern.typeAnnotation);
}

/** The type of a default that is a literal, or an instance of a class without type arguments. */
function typeOf(given: Node, file: File): string | undefined {
  const node = unwrap(given);
  switch (node.type) {
    case 'Literal':
      return typeOfLiteral(node);
    case 'TemplateLiteral':
      return 'string';
    case 'UnaryExpression':
      return /[-+]/.test(node.operator) ? typeOf(node.argument, file) : undefined;
    case 'NewExpression':
      return plainClasses.exec(file.code.getText(node.callee))?.[0];
  }
  return undefined;
}

function typeOfLiteral({ value }: TSESTree.Literal): string | undefined {
  if (value instanceof RegExp) return 'RegExp';
  return value === null ? undefined : typeof value;
}

const plainClasses = /^(Date|URL|URLSearchParams|Headers|AbortController|EventTarget|Error)$/;
