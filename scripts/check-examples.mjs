// Checks the types of the examples. Each is a module of its own, with empty lines before it.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { exampleFiles, examplesOf, isRun, root, shortName } from './examples.mjs';

const folder = join(root, 'node_modules', '.cache', 'examples');

rmSync(folder, { recursive: true, force: true });
const modules = exampleFiles().flatMap(modulesOf);
for (const { name, text } of modules) write(name, text);
write('tsconfig.json', JSON.stringify(configOf(modules)));
const { stdout, status } = spawnSync('npx', ['tsgo', '-p', '.', '--pretty', 'false'], {
  cwd: folder,
  encoding: 'utf8',
});
// So a line number in the module is the one on the page.
process.stderr.write(stdout.replace(/^(.*?)\.\d+\.ts\((\d+),\d+\): error /gm, '$1:$2 '));
console.log(`examples: ${modules.length} type-checked, ${stdout.match(/: error TS/g)?.length ?? 0} errors`);
process.exitCode = status;

function modulesOf(file) {
  return examplesOf(file)
    .filter(isRun)
    .map(({ line, code }) => ({ name: `${shortName(file)}.${line}.ts`, text: '\n'.repeat(line) + code }));
}

function write(name, text) {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The repository's config, except that an example may declare more than it uses. */
function configOf(modules) {
  return {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { rootDirs: [root, folder], noUnusedLocals: false, noUnusedParameters: false },
    files: modules.map(({ name }) => name),
    include: [],
    exclude: [],
  };
}
