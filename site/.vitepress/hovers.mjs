// The types that a page shows when you point at a name in its code. They are in separate files, one per page, so that
// pages, search and copies contain only the code.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createTransformerFactory, defaultHoverInfoProcessor, rendererRich } from '@shikijs/twoslash/core';
import { toHtml } from 'hast-util-to-html';
import { createTwoslasher } from 'twoslash';
import ts from 'typescript';
import { root, site } from './pages.mjs';

/** For each code block being rendered, by its text: its page, and the file that it's an excerpt of. */
const places = new Map();

/** The texts of all types, and for each page the texts that it shows. */
const texts = new Map();
const shown = new Map();

/** Records where code is before it's highlighted. */
export function placeCode(code, page, file) {
  places.set(code.trimEnd(), { page, file });
}

const rich = rendererRich({
  processHoverInfo: (text) => defaultHoverInfoProcessor(text.replace(/^\(local (?:function|class)\) /, '')),
  renderMarkdown: (docs) =>
    docs.split('`').map((text, index) => (index % 2 ? code(text) : { type: 'text', value: text })),
  processHoverDocs: (docs) => docs.split(/\n\s*\n/)[0].replace(/\{@link (?:[^|}]*\|)? *([^}]*)\}/g, '$1'),
});

export const hovers = createTransformerFactory(
  typesIn,
  rich,
)({
  filter: (_lang, code) => places.has(code),
  throws: false,
  renderer: { ...rich, nodeStaticInfo },
});

function code(text) {
  return { type: 'element', tagName: 'code', properties: {}, children: [{ type: 'text', value: text }] };
}

let now;

function typesIn(code) {
  now = places.get(code);
  return remembered(now.file ? within(now.file, code) : code);
}

/** An excerpt with the rest of its file around it, which is cut off afterwards. */
function within(file, code) {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const part = code.split('\n');
  const start = lines.findIndex((_, first) =>
    part.every((line, index) => line.trim() === lines[first + index]?.trim()),
  );
  if (start < 0) return code;
  const [before, after] = [lines.slice(0, start), lines.slice(start + part.length)];
  return [`// @filename: ${file}`, ...before, '// ---cut---', ...part, '// ---cut-after---', ...after].join('\n');
}

const twoslasher = createTwoslasher({
  tsModule: ts,
  vfsRoot: root,
  handbookOptions: { noErrors: true },
  compilerOptions: {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
  },
});

// Asking the compiler takes most of the time of a build, and few blocks change between builds.
const cacheFile = join(site, '.vitepress', 'cache', 'hovers.json');
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = ['index', 'fp/index', 'node/index', 'observe/index', 'testing/index'];
const declared = entries.map((name) => readFileSync(join(root, 'dist', `${name}.d.ts`), 'utf8'));
const version = hashOf(JSON.stringify([devDependencies, declared]));
const cache = new Map(existsSync(cacheFile) ? readCache() : []);

function readCache() {
  const stored = JSON.parse(readFileSync(cacheFile, 'utf8'));
  return stored.version === version ? stored.entries : [];
}

function remembered(code) {
  const key = hashOf(code);
  if (!cache.has(key)) {
    const { nodes, code: visible } = twoslasher(code, 'ts');
    const types = nodes.filter(({ type }) => type === 'hover');
    cache.set(key, {
      code: visible,
      nodes: types.map(({ type, start, length, line, character, text, docs }) => ({
        type,
        start,
        length,
        line,
        character,
        text,
        docs,
      })),
    });
  }
  return structuredClone({ ...cache.get(key), meta: { extension: 'ts' } });
}

function hashOf(text) {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** A name keeps only the key of its type. */
function nodeStaticInfo(info, node) {
  const text = `${info.text}\n${info.docs ?? ''}`;
  if (!texts.has(text)) {
    const [popup] = rich.nodeStaticInfo.call(this, info, node).children ?? [];
    texts.set(text, popup?.properties && { key: texts.size.toString(36), html: toHtml(popup.children) });
  }
  const found = texts.get(text);
  if (!found) return node;
  if (!shown.has(now.page)) shown.set(now.page, new Map());
  shown.get(now.page).set(found.key, found.html);
  return { type: 'element', tagName: 'span', properties: { 'data-type': found.key }, children: [node] };
}

/** Writes the types of each page beside it, and the cache for the next build. */
export function writeHovers({ outDir }) {
  for (const [page, found] of shown) {
    // The search index renders pages by the names of their files.
    if (!existsSync(join(outDir, page.replace(/md$/, 'html')))) continue;
    const file = join(outDir, 'types', page.replace(/md$/, 'json'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(Object.fromEntries(found)));
  }
  mkdirSync(dirname(cacheFile), { recursive: true });
  writeFileSync(cacheFile, JSON.stringify({ version, entries: [...cache] }));
}
