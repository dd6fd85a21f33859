// A plugin for Rollup. A bundler keeps a top-level class or initializer unless it can tell that evaluating it does nothing,
// even if the program never uses it. So each of them becomes the call of a function, annotated as pure, and bundlers drop
// what isn't imported without any help from `sideEffects` in package.json. The plugin also lowers static blocks, which
// React Native's Babel preset refuses.

import { walk } from 'estree-walker';
import MagicString from 'magic-string';

/** Only the files in `except` may have effects when they are imported. */
export function pure({ except }) {
  return {
    name: 'pure',
    transform(code, file) {
      const text = new MagicString(code);
      const program = this.parse(code);
      walk(program, { enter: (node) => staticBlocks(node).length > 0 && lower(node, text) });
      if (!except.includes(file)) for (const statement of program.body) purify(statement, text, this);
      return { code: text.toString(), map: text.generateMap({ hires: 'boundary' }) };
    },
  };
}

function staticBlocks({ type, body }) {
  return /^Class(Declaration|Expression)$/.test(type) ? body.body.filter(({ type }) => type === 'StaticBlock') : [];
}

/** Moves static blocks behind their class, in a function that returns the class. */
function lower(node, text) {
  const { type, id, start, end } = node;
  const [head, tail] = type === 'ClassDeclaration' ? [`const ${id.name} = `, ';'] : ['', ''];
  text.prependRight(start, `${head}/* @__PURE__ */ (() => {\n`);
  for (const block of staticBlocks(node)) moveBehind(end, block, id.name, text);
  text.prependRight(end, `\nreturn ${id.name};\n})()${tail}`);
}

function moveBehind(end, block, className, text) {
  walk(block, {
    enter({ type, start, end }) {
      if (/^(Class|Function)/.test(type)) this.skip();
      if (type === 'ThisExpression') text.update(start, end, className);
    },
  });
  text.update(block.start, block.start + 'static'.length, '\n');
  text.move(block.start, block.end, end);
}

function purify(statement, text, context) {
  const node = statement.declaration ?? statement;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'FunctionDeclaration':
      return;
    case 'ClassDeclaration':
      if (staticBlocks(node).length === 0) wrap(node, text, [`const ${node.id.name} = `, ';']);
      return;
    case 'VariableDeclaration':
      for (const { id, init } of node.declarations) {
        if (id.type !== 'Identifier') wrapPattern(id, init, text, context);
        else if (init && !isPure(init)) wrap(init, text);
      }
      return;
    default:
      context.error("A bundler can't drop this statement.", node.start);
  }
}

/** A block, because Babel miscompiles private methods of a class that is the whole body of an arrow function. */
function wrap(node, text, [head, tail] = ['', '']) {
  text.prependRight(node.start, `${head}/* @__PURE__ */ (() => {\nreturn `);
  text.appendLeft(node.end, `;\n})()${tail}`);
}

/** Taking a value out of an object may call a getter. */
function wrapPattern({ type, properties, start }, init, text, context) {
  const [property, ...others] = properties ?? [];
  if (type !== 'ObjectPattern' || property?.value?.type !== 'Identifier' || others.length > 0) {
    context.error("A bundler can't drop a pattern that declares more than one name.", start);
  }
  const { name } = property.value;
  text.prependRight(start, `${name} = /* @__PURE__ */ (() => {\nconst `);
  text.appendLeft(init.end, `;\nreturn ${name};\n})()`);
}

/** Whether every bundler can tell that evaluating the expression does nothing: esbuild, for one, can't of `2 ** 31`. */
function isPure({ type, elements, properties, ...node }) {
  switch (type) {
    case 'Literal':
    case 'Identifier':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return true;
    case 'ClassExpression':
      return staticBlocks({ type, ...node }).length > 0;
    case 'ArrayExpression':
      return elements.every(isPure);
    case 'ObjectExpression':
      return properties.every(({ computed, value }) => !computed && isPure(value));
    default:
      return false;
  }
}
