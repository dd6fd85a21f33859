// The contents of the site: the pages of the repository, in the order of its indexes, and the programs that they link
// to.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const site = fileURLToPath(new URL('..', import.meta.url));

/** The Markdown files of the repository that aren't pages. */
export const noPages = [
  '{.*,__tests__,bench,conformance,coverage,lib,reports,scripts,typetests}/**',
  'docs/api/**',
  'site/*.md',
];

/** The path of a Markdown file's page: a README is the index of its folder, and pages from `site` are at the top. */
export function pageOf(file) {
  return file
    .replace(/^site\/(programs|pages)\//, '')
    .replace(/^site\/reference\//, 'api/')
    .replace(/(^|\/)README\.md$/, '$1index.md');
}

/** The programs of the recipes and of the guide: each has a page that shows it. */
export function programs() {
  const files = readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${name}`);
  return ['LICENSE', ...files.filter((file) => /\.m?ts$|\.mjs$/.test(file) && !file.startsWith('docs/api/'))];
}

export function sidebar() {
  const recipes = groupsOf('docs/recipes/README.md');
  const rules = linksIn(
    read('docs/lint/README.md').replace(/^## (?!Rules).*?(?=^## |$(?![^]))/gms, ''),
    'docs/lint/README.md',
  );
  return {
    '/': [
      { text: 'Overview', items: [page('README.md', 'Introduction'), page('docs/README.md', 'Guide')] },
      ...groupsOf('docs/README.md'),
    ],
    '/docs/recipes/': [{ text: 'Recipes', items: [page('docs/recipes/README.md', 'All recipes')] }, ...recipes],
    '/docs/lint/': [
      { text: 'Linting', items: [page('docs/lint/README.md', 'Set it up')] },
      { text: 'Rules', items: rules },
    ],
    '/docs/reference': reference(),
    '/api/': reference(),
  };
}

/** The headings of an index, with the pages listed under each. */
function groupsOf(index) {
  return read(index)
    .split(/^## /m)
    .slice(1)
    .map((part) => ({ text: part.slice(0, part.indexOf('\n')), items: linksIn(part, index) }))
    .filter(({ items }) => items.length > 0);
}

function linksIn(text, index) {
  const links = [...text.matchAll(/^(?:\d+\.|-|\|) .*$/gm)].flatMap(([line]) => [
    ...line.matchAll(/\]\(([^):#]+\.md)\)/g),
  ]);
  const files = links.map(([, link]) => join(dirname(index), link)).filter((file) => existsSync(join(root, file)));
  return [...new Set(files)].map((file) => page(file));
}

function page(file, text = titleOf(file)) {
  return { text, link: `/${pageOf(file).replace(/(index)?\.md$/, '')}` };
}

export function titleOf(file) {
  return /^# (.*)/m.exec(read(file))[1].replaceAll('`', '');
}

/** The pages that TypeDoc made: for each entry, its functions and classes, and its types. */
function reference() {
  const entries = ['withal', 'withal/fp', 'withal/node', 'withal/observe', 'withal/testing'];
  return [
    { text: 'Reference', items: [page('docs/reference.md', 'Every export, explained')] },
    ...entries.map(entryOf),
  ];
}

function entryOf(entry) {
  const values = ['functions', 'classes', 'variables'].flatMap((kind) => membersOf(entry, kind));
  const types = ['interfaces', 'type-aliases'].flatMap((kind) => membersOf(entry, kind));
  return {
    text: entry,
    link: `/api/${entry}/`,
    collapsed: entry !== 'withal',
    items: [...sorted(values), { text: 'Types', collapsed: true, items: sorted(types) }],
  };
}

function membersOf(entry, kind) {
  const folder = join(site, 'reference', entry, kind);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.map((file) => ({ text: file.slice(0, -3), link: `/api/${entry}/${kind}/${file.slice(0, -3)}` }));
}

function sorted(items) {
  return items.sort((one, other) => one.text.localeCompare(other.text));
}

function read(file) {
  return readFileSync(join(root, file), 'utf8');
}
