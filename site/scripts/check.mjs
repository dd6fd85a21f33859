// Checks what `npm run site` built: each link and anchor leads somewhere, no page is wider than a phone, and few blocks
// of code are cut off. The playground has tests of its own.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { withAsync } from 'withal';
import { site } from '../.vitepress/pages.mjs';
import { builtSite, isSkipped } from './browser.mjs';

const out = join(site, 'dist');

/** The percentage of blocks that may be cut off at 1280 px. */
const share = 15;

const pages = readdirSync(out, { recursive: true }).filter((name) => name.endsWith('.html'));
const texts = new Map(pages.map((name) => [name, readFileSync(join(out, name), 'utf8')]));

const problems = [...deadLinks(), ...deadTwins(), ...(isSkipped ? [] : await withAsync(builtSite(), widths))];
if (isSkipped) console.log(`Not run: the site in a browser, because ${isSkipped}.`);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** Links and images without a file, and anchors without a heading. */
function deadLinks() {
  const links = pages.flatMap((from) =>
    [...texts.get(from).matchAll(/\b(?:href|src)="([^":]*?)(?:\?[^"#]*)?(?:#([^"]*))?"/g)].map(([, path, id]) => ({
      from,
      path,
      id,
    })),
  );
  const dead = links.filter(({ from, path, id }) => {
    const file = fileOf(path, from);
    return (
      !existsSync(join(out, file)) ||
      (id && texts.has(file) && !texts.get(file).includes(` id="${decodeURIComponent(id)}"`))
    );
  });
  console.log(`${pages.length} pages, ${links.length} links, ${dead.length} of them dead`);
  return dead.map(({ from, path, id }) => `${from}: leads nowhere: ${path}${id ? `#${id}` : ''}`);
}

/** The file of a link within this site; for a folder, its index. */
function fileOf(path, from) {
  if (!path) return from;
  const file = join(path.startsWith('/') ? '' : dirname(from), decodeURI(path)).replace(/^\//, '');
  if (!file || file === '.' || file.endsWith('/')) return join(file, 'index.html');
  return /\.\w+$/.test(file) && existsSync(join(out, file)) ? file : file.endsWith('.html') ? file : `${file}.html`;
}

/** Links of the Markdown twins that don't lead to a twin. */
function deadTwins() {
  const twins = readdirSync(out, { recursive: true }).filter((name) => name.endsWith('.md') || name === 'llms.txt');
  const dead = twins.flatMap((twin) => {
    const prose = readFileSync(join(out, twin), 'utf8').replace(/^(`{3,})[^]*?^\1`*$|`[^`\n]*`/gm, '');
    return [...prose.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)]
      .filter(([, path]) => !existsSync(join(out, path.startsWith('/') ? path : join(dirname(twin), path))))
      .map(([, path]) => `${twin}: leads nowhere: ${path}`);
  });
  console.log(`${twins.length} Markdown twins, ${dead.length} dead links in them`);
  return dead;
}

/** Pages that are wider than a phone, and blocks that are cut off on a small screen. */
async function widths(open) {
  const [wide, blocks] = await Promise.all([
    visited(await open({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } }), overflowOf),
    visited(await open({ javaScriptEnabled: false, viewport: { width: 1280, height: 800 } }), blocksOf),
  ]);
  const cut = blocks.filter(({ isCut }) => isCut);
  const percent = ((cut.length / blocks.length) * 100).toFixed(1);
  console.log(
    `${wide.length} pages wider than a phone; ${cut.length} of ${blocks.length} blocks of code cut at 1280 px, ${percent} %`,
  );
  if (process.argv.includes('--list')) for (const { name, text } of cut) console.log(`  ${name}: ${text}`);
  return [
    ...wide.map(({ name, width, by }) => `${name}: is ${width} px wide on a phone, by ${by}`),
    ...cut.filter(({ name }) => name === 'index.html').map(({ name, text }) => `${name}: cut at 1280 px: ${text}`),
    ...(percent > share ? [`${percent} % of the blocks are cut at 1280 px; ${share} % may be.`] : []),
  ];
}

/** What a function finds when it runs in each page. */
async function visited(page, find) {
  const found = [];
  for (const name of pages) {
    await page.goto(`/${name}`, { waitUntil: 'load' });
    found.push(...(await page.evaluate(find)).map((item) => ({ name, ...item })));
  }
  return found;
}

// These run in the browser.

function overflowOf() {
  const width = document.documentElement.scrollWidth;
  if (width <= innerWidth) return [];
  const wide = [...document.querySelectorAll('.VPContent *')].find(
    (element) => element.getBoundingClientRect().right > innerWidth,
  );
  return [{ width, by: wide?.outerHTML.slice(0, 80) }];
}

function blocksOf() {
  return [...document.querySelectorAll('.vp-doc div[class*=language-] pre')].map((block) => ({
    isCut: block.scrollWidth > block.clientWidth,
    text: block.textContent.split('\n').reduce((long, line) => (line.length > long.length ? line : long), ''),
  }));
}
