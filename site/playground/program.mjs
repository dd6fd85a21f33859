import { parse } from 'acorn';
import { transform } from 'sucrase';

/**
 * Turns TypeScript into a module that a browser runs: without types, with imports from `$import`, and with the
 * expression before a `// =>` passed to `$show`. Each line stays where it was, so that errors name the right one.
 */
export function compile(source) {
  const { code } = transform(source, { transforms: ['typescript'], disableESTransforms: true });
  const { body } = parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  let result = '';
  let end = 0;
  for (const node of body) {
    result += code.slice(end, node.start) + statement(node, code);
    end = node.end;
  }
  return `${result}${code.slice(end)}\n//# sourceURL=playground.ts`;
}

function statement(node, code) {
  const text = code.slice(node.start, node.end);
  if (node.type === 'ImportDeclaration') return imported(node) + text.replace(/[^\n]+/g, '');
  if (node.type === 'ExpressionStatement' && /^[ \t]*\/\/ =>/.test(code.slice(node.end)))
    return `$show(${node.loc.end.line}, ${text.replace(/;$/, '')});`;
  return text;
}

function imported({ specifiers, source }) {
  const from = `$import(${source.raw})`;
  const all = specifiers.find(({ type }) => type === 'ImportNamespaceSpecifier');
  if (all) return `const ${all.local.name} = ${from};`;
  const names = specifiers.map(({ imported: name, local }) => `${name?.name ?? 'default'}: ${local.name}`);
  return `const { ${names.join(', ')} } = ${from};`;
}
