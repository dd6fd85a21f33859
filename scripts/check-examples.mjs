// Checks the types of the examples: each is a module of its own, with the lines before it left empty.

import { join } from 'node:path';
import ts from 'typescript';
import { exampleFiles, examplesOf, isRun, root, shortName } from './examples.mjs';

const modules = new Map(exampleFiles().flatMap(modulesOf));
const diagnostics = ts.getPreEmitDiagnostics(programOf(modules, compilerOptions()));
for (const diagnostic of diagnostics) console.error(located(diagnostic));
console.log(`examples: ${modules.size} type-checked, ${diagnostics.length} errors`);
process.exitCode = diagnostics.length > 0 ? 1 : 0;

function modulesOf(file) {
  return examplesOf(file)
    .filter(isRun)
    .map(({ line, code }) => [`${file}.${line}.ts`, '\n'.repeat(line) + code]);
}

/** Those of the repository; but an example may well declare more than it uses. */
function compilerOptions() {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  return { ...options, noUnusedLocals: false, noUnusedParameters: false };
}

function programOf(texts, options) {
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (name) => texts.get(name) ?? readFile.call(host, name);
  host.fileExists = (name) => texts.has(name) || fileExists.call(host, name);
  return ts.createProgram([...texts.keys()], options, host);
}

function located({ file, start, messageText }) {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (!file) return text;
  const { line } = file.getLineAndCharacterOfPosition(start);
  return `${shortName(file.fileName).replace(/\.\d+\.ts$/, '')}:${line + 1} ${text}`;
}
