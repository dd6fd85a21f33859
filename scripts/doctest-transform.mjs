// Turns a Markdown file, or the doc comments of a source file, into a jest test file with a test for each example.
// Every line stays where it was, so that a failure points to the line of the page.

import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { examplesIn, lineAt, shortName, titleOf } from './examples.mjs';

export default {
  process(text, file) {
    return transpiled(testsIn(text, file), file);
  },
};

const runtime = JSON.stringify(fileURLToPath(new URL('./doctest-runtime.mjs', import.meta.url)));

function testsIn(text, file) {
  const lines = text.split('\n').map(() => '');
  for (const example of examplesIn(text, file))
    if (!example.reason && !example.lint) place(lines, example, dirname(file));
  return `import { $example, $errorOf, $printed, $quoted, $rejectionOf } from ${runtime}; ${lines.join('\n')}`;
}

/** The test begins on the line of the opening fence, and ends on that of the closing fence. */
function place(lines, example, folder) {
  const test = `test('${titleOf(example)}', ${testOf(example, folder)}, 60_000);`;
  for (const [offset, content] of test.split('\n').entries()) lines[example.line - 1 + offset] += content;
}

function testOf({ line, code, output, from, problem }, folder) {
  if (output) return `$printed(${JSON.stringify(resolve(folder, output))}, ${JSON.stringify(code)})`;
  if (from) return `$quoted(${JSON.stringify(resolve(folder, from))}, ${JSON.stringify(code)})`;
  const { body, expected } = problem ? failing(problem) : bodyOf(code, line);
  return `$example(${JSON.stringify(expected)}, async ($expect) => {\n${body}})`;
}

function failing(problem) {
  return { body: `throw new Error(${JSON.stringify(problem)});`, expected: [] };
}

/** The example with its claims as code, and their lines: each must be reached at least once. */
function bodyOf(code, line) {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true);
  const claims = claimsIn(file, line);
  const stray = [...code.matchAll(claimLike)].find(({ index }) => !claims.some(({ comment }) => comment.pos === index));
  if (stray)
    return failing(
      `Line ${line + lineAt(code, stray.index)} claims nothing: write "// => value" or "// throws Name: text" after a statement.`,
    );
  const edits = [...moduleEdits(file), ...claims.flatMap(claimEdits)];
  return { body: edited(code, edits), expected: claims.map((found) => found.line) };
}

// The claims of an example

const claim = /\/\/ (?:=> (?<value>.*)|throws (?<name>[A-Z]\w*)(?:: (?<text>.*))?$)/gm;

/** Comments that may be meant as claims. */
const claimLike = /\/\/ *(?:=>|->|→|throws\b|rejects\b)/g;

function claimsIn(file, fenceLine) {
  const claims = [];
  const visit = (node) => {
    ts.forEachChild(node, visit);
    const found = ts.isStatement(node) && claimAfter(node, file.text, fenceLine);
    // If two statements end on the same line, the claim is about the inner one, which was visited first.
    if (found && !claims.some(({ comment }) => comment.pos === found.comment.pos)) claims.push(found);
  };
  visit(file);
  return claims;
}

function claimAfter(statement, text, fenceLine) {
  const [comment] = ts.getTrailingCommentRanges(text, statement.end) ?? [];
  const [match] = comment ? text.slice(comment.pos, comment.end).matchAll(claim) : [];
  const found = match && { statement, comment, line: fenceLine + lineAt(text, comment.pos), ...match.groups };
  return found?.name || ts.isExpressionStatement(statement) || ts.isVariableStatement(statement) ? found : undefined;
}

function claimEdits(found) {
  if (found.name) return throwing(found);
  return ts.isExpressionStatement(found.statement) ? valued(found) : declared(found);
}

/** `expression; // => value` */
function valued({ statement: { expression }, value, line }) {
  return [insertion(expression.getStart(), `$expect(${line}, `), insertion(expression.end, `).toEqual(${value})`)];
}

/** `const name = expression; // => value` */
function declared({ statement, comment, value, line }) {
  const [{ name }] = statement.declarationList.declarations;
  return [{ start: comment.pos, end: comment.end, text: `$expect(${line}, ${name.getText()}).toEqual(${value});` }];
}

/** `statement; // throws Name: text` */
function throwing({ statement, comment, name, text = '', line }) {
  const thrown = isAwaitAllowed(statement) ? 'await $rejectionOf(async' : '$errorOf(';
  const answer = ts.isExpressionStatement(statement) ? 'return ' : '';
  const error = `{ name: '${name}', message: expect.stringContaining(${JSON.stringify(text)}) }`;
  return [
    insertion(statement.getStart(), `$expect(${line}, ${thrown} () => { ${answer}`),
    { start: comment.pos, end: comment.end, text: `})).toMatchObject(${error});` },
  ];
}

function isAwaitAllowed(node) {
  const owner = ts.findAncestor(node, ts.isFunctionLike);
  return !owner || modifiersOf(owner).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
}

function modifiersOf(node) {
  return (ts.canHaveModifiers(node) && ts.getModifiers(node)) || [];
}

// What a module may contain, but a function body may not

function moduleEdits({ statements }) {
  return statements.flatMap((node) => (ts.isImportDeclaration(node) ? importEdit(node) : exportEdits(node)));
}

function importEdit(node) {
  const lineBreaks = node.getText().replace(/[^\n]/g, '');
  return { start: node.getStart(), end: node.end, text: dynamicImport(node) + lineBreaks };
}

function dynamicImport({ importClause: clause, moduleSpecifier }) {
  const load = `await import(${moduleSpecifier.getText()});`;
  if (!clause) return load;
  return clause.isTypeOnly ? '' : `const ${importedNames(clause)} = ${load}`;
}

function importedNames({ name, namedBindings: bindings }) {
  if (bindings && ts.isNamespaceImport(bindings)) return bindings.name.text;
  const named = (bindings?.elements ?? []).filter((element) => !element.isTypeOnly).map(importedName);
  return `{ ${[...(name ? [`default: ${name.text}`] : []), ...named].join(', ')} }`;
}

function importedName({ name, propertyName }) {
  return propertyName ? `${propertyName.text}: ${name.text}` : name.text;
}

function exportEdits(node) {
  return modifiersOf(node)
    .filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword)
    .map((modifier) => ({ start: modifier.getStart(), end: modifier.end, text: '' }));
}

// Text to text

function insertion(position, text) {
  return { start: position, end: position, text };
}

function edited(code, edits) {
  const backwards = edits.toSorted((one, other) => other.start - one.start);
  return backwards.reduce((text, edit) => text.slice(0, edit.start) + edit.text + text.slice(edit.end), code);
}

function transpiled(source, file) {
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(source, {
    fileName: shortName(file).replace(/\.md$/, '.md.ts'),
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, sourceMap: true },
  });
  if (diagnostics.length > 0) throw new SyntaxError(diagnostics.map(located).join('\n'));
  return { code: outputText, map: { ...JSON.parse(sourceMapText), sources: [file] } };
}

function located({ file, start, messageText }) {
  return `line ${lineAt(file.text, start)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}
