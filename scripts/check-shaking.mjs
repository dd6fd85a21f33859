// Checks that three bundlers drop what a program doesn't import. They bundle a copy of `dist` whose package.json has no
// `sideEffects`, so each must see it in the code. If nothing is imported, nothing may be left. With `--all`, each
// export is also bundled alone, and must be as small as with esbuild, which the size limits are about.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { build, transform } from 'esbuild';
import { rollup } from 'rollup';
import webpack from 'webpack';
import { effectful, entries } from './entries.mjs';
import { root } from './examples.mjs';

const bundlers = { esbuild: byEsbuild, rollup: byRollup, webpack: byWebpack };

const folder = mkdtempSync(join(tmpdir(), 'shaking-'));
const main = join(folder, 'main.js');
try {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const entry of entries.filter((name) => !effectful.includes(name))) {
    await assertDropped(entry);
    if (process.argv.includes('--all')) await compareAll(entry);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Imports of Node's modules stay, because they may have effects. */
async function assertDropped(entry) {
  for (const [bundler, code] of Object.entries(await bundled(entry, []))) {
    const left = code.replace(/import\s*("node:\w+"|.*from\s*"node:\w+");?/g, '').trim();
    assert.ok(!left, `${bundler} keeps of dist/${entry}.js, of which nothing is imported: ${left.slice(0, 500)}`);
  }
}

async function compareAll(entry) {
  const names = Object.keys(await import(join(root, 'dist', `${entry}.js`)));
  for (const imported of [...names.map((name) => [name]), names]) {
    const codes = Object.entries(await bundled(entry, imported));
    const sizes = codes.map(([bundler, code]) => [bundler, brotliCompressSync(code).length]);
    report(imported.length > 1 ? `all of dist/${entry}.js` : imported[0], Object.fromEntries(sizes));
  }
}

/** Webpack adds a few lines of its own, and its minifier chooses other names. */
function report(name, sizes) {
  const limit = sizes.esbuild * 1.05 + 16;
  const isSmall = Object.values(sizes).every((size) => size <= limit);
  const cells = Object.entries(sizes).map(([bundler, size]) => `${bundler} ${size.toLocaleString('en').padStart(6)} B`);
  console.log(isSmall ? '✔' : '✘', name.padEnd(28), cells.join('   '));
  if (!isSmall) process.exitCode = 1;
}

/** The bundles of a program with these imports, by bundler, minified by the same minifier. */
async function bundled(entry, names) {
  writeFileSync(main, `export { ${names.join(', ')} } from './dist/${entry}.js';`);
  const codes = {};
  for (const [bundler, bundle] of Object.entries(bundlers)) {
    ({ code: codes[bundler] } = await transform(await bundle(), { format: 'esm', minify: true }));
  }
  return codes;
}

async function byEsbuild() {
  const { outputFiles } = await build({
    entryPoints: [main],
    bundle: true,
    format: 'esm',
    minify: true,
    platform: 'node',
    write: false,
  });
  return outputFiles[0].text;
}

async function byRollup() {
  const bundle = await rollup({ input: main, external: /^node:/, onLog() {} });
  const { output } = await bundle.generate({ format: 'es' });
  return output[0].code;
}

async function byWebpack() {
  const compiler = webpack({
    mode: 'production',
    context: folder,
    entry: main,
    externals: /^node:/,
    externalsType: 'module',
    output: { path: folder, filename: 'bundle.mjs', module: true, library: { type: 'module' } },
    experiments: { outputModule: true },
  });
  const stats = await promisify(compiler.run).call(compiler);
  await promisify(compiler.close).call(compiler);
  assert.ok(!stats.hasErrors(), stats.toString());
  return readFile(join(folder, 'bundle.mjs'), 'utf8');
}
