// vitepress-plugin-llms also writes each page as Markdown; for a folder's index, beside the folder. The links in these
// twins are still those of the repository. This makes them lead from twin to twin.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pageOf } from './pages.mjs';

/** Something in code that looks like a link isn't one. */
const codeOrLink = /^(`{3,})[^]*?^\1`*$|`[^`\n]*`|\]\((?<path>(?!https?:|mailto:|#|\/)[^)#\s]+)(?<rest>[^)]*)\)/gm;

export function linkTwins({ pages, rewrites, outDir, site: { base } }) {
  const assets = readdirSync(join(outDir, 'assets'));
  for (const file of pages) {
    const page = rewrites.map[file] ?? file;
    const twin = join(outDir, twinOf(page));
    const text = readFileSync(twin, 'utf8').replace(codeOrLink, (...found) => {
      const { path, rest } = found.at(-1);
      return path ? `](${base}${targetOf(path, page, assets)}${rest})` : found[0];
    });
    writeFileSync(twin, text);
  }
}

function twinOf(page) {
  return page === 'index.md' ? page : page.replace(/\/index\.md$/, '.md');
}

function targetOf(path, from, assets) {
  const file = join(dirname(from), path);
  if (file.endsWith('.md')) return twinOf(pageOf(file));
  if (!file.endsWith('.svg')) return `${file}.md`;
  return `assets/${assets.find((name) => name.startsWith(`${basename(file, '.svg')}.`))}`;
}
