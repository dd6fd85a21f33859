import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isGeneratorFunction, ownNodes, unwrap, type FunctionNode, type Node } from '../ast.ts';
import type { File } from '../file.ts';
import { managersOf, resultsOf, type Block } from '../managers.ts';
import { rule, type Rule } from '../rule.ts';
import { definitionOf } from '../variables.ts';

type Message = 'generator' | 'scope';

export const noGeneratorBody: Rule = rule<Message>({
  description: 'Disallow a generator function as a body: nothing would run it',
  messages: {
    generator: 'Nothing would run this generator. Run it in the body with {{scope}}(), or loop over it there.',
    scope: 'Run it with {{scope}}().',
  },
  hasSuggestions: true,
  check(file, report) {
    for (const block of managersOf(file).blocks) {
      const { kind, fn, isSync, body } = block;
      if (kind !== 'driver' || !fn || !givesGenerator(fn, file)) continue;
      const data = { scope: isSync ? 'scopeSync' : 'scopeAsync' };
      report({ node: body, messageId: 'generator', data, suggest: suggestionsFor(block, fn, data, file) });
    }
  },
});

function givesGenerator(fn: FunctionNode, file: File): boolean {
  if (fn.generator || fn.async) return fn.generator;
  const results = resultsOf(fn, file).map(unwrap);
  return results.some(
    (result) => result.type === 'CallExpression' && isGeneratorFunction(file.variables.valueOf(result.callee)),
  );
}

/** A generator function that only enters managers fits a scope. */
function suggestionsFor(
  { body, call, isSync }: Block,
  fn: FunctionNode,
  data: { readonly scope: string },
  file: File,
): TSESLint.SuggestionReportDescriptor<Message>[] {
  const isScope =
    fn.generator && ownNodes(fn, file.keys).every((node) => node.type !== 'YieldExpression' || node.delegate);
  if (!isScope || fn.async === isSync || fn.params.some(({ type }) => type !== 'Identifier')) return [];
  const driver = unwrap((call as TSESTree.CallExpression).callee);
  const names = fn.params.map((param) => (param as TSESTree.Identifier).name);
  const run = driver.type === 'MemberExpression' ? `${file.code.getText(driver.object)}.${data.scope}` : data.scope;
  const fix = (fixer: TSESLint.RuleFixer): TSESLint.RuleFix[] => [
    fixer.insertTextBefore(body, `(${names.join(', ')}) => ${run}(`),
    fixer.insertTextAfter(body, `${names.map((name) => `, ${name}`).join('')})`),
    ...importOf(data.scope, driver, fixer, file),
  ];
  return [{ messageId: 'scope', data, fix }];
}

/** Imports it next to the driver, unless it is already imported. */
function importOf(name: string, driver: Node, fixer: TSESLint.RuleFixer, file: File): TSESLint.RuleFix[] {
  const specifier = definitionOf(file.variables.of(driver))?.node;
  if (specifier?.type !== 'ImportSpecifier') return [];
  const isThere = (specifier.parent as TSESTree.ImportDeclaration).specifiers.some(({ local }) => local.name === name);
  return isThere ? [] : [fixer.insertTextAfter(specifier, `, ${name}`)];
}
