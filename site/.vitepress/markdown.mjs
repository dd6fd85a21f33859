// Turns the Markdown of the repository into that of the site.

import { dirname, join } from 'node:path';
import { slug } from 'github-slugger';
import { placeCode } from './hovers.mjs';
import { pageOf, programs } from './pages.mjs';

export { slug };

const shown = new Set(programs());

/** Links between files become links between pages; a fence says which file it quotes, and whether it is right or wrong. */
export function repositoryMarkdown(md) {
  md.core.ruler.push('links', ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      if (token.type === 'link_open') token.attrSet('href', linkTo(token.attrGet('href'), env.relativePath));
    }
  });
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const { language, mark, file } = fenceOf(token.info, env.relativePath);
    token.info = language;
    if (language === 'ts' && (!mark || mark === 'from')) placeCode(token.content, env.relativePath, file);
    const code = fence(tokens, index, options, env, self) + runLink(env, index, tokens);
    const caption =
      file && `${file}.md` !== env.relativePath
        ? `<p class="file"><a href="${pathTo(file, env.relativePath)}">${file.replace(/^.*\//, '')}</a></p>`
        : '';
    return caption || mark ? `<div class="fence ${mark}">${caption}${code}</div>` : code;
  };
  // Otherwise Vue would interpret them.
  const { text } = md.renderer.rules;
  md.renderer.rules.text = (...given) => text(...given).replaceAll('{{', '&#123;&#123;');
  // A table that is wider than a phone scrolls by itself, so the page doesn't.
  md.renderer.rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  md.renderer.rules.table_close = () => '</table></div>\n';
}

/** The first example of the start page is the first of the playground. */
function runLink({ relativePath }, index, tokens) {
  const isFirst = tokens.findIndex(({ type }) => type === 'fence') === index;
  return relativePath === 'index.md' && isFirst
    ? '<p class="try-it"><a href="playground.html">Run it in the playground</a></p>'
    : '';
}

function linkTo(href, from) {
  if (/^([a-z]+:|#|\/)/.test(href)) return href;
  const [, path, rest] = /^([^?#]*)(.*)$/.exec(href);
  const file = join(dirname(from), decodeURI(path));
  if (shown.has(file)) return `${path}.md${rest}`;
  return pageOf(path) + rest;
}

function pathTo(file, from) {
  return `${'../'.repeat(from.split('/').length - 1)}${file}.html`;
}

/** The info of a fence: the language, and how the project's tests interpret the rest. */
function fenceOf(info, from) {
  const [, language = '', rest = ''] = /^(\S*)\s*(.*)$/.exec(info.trim());
  const [, quoted] = /^from: *(\S+)/.exec(rest) ?? [];
  const file = quoted && join(dirname(from), quoted);
  const mark = /^(wrong|right|fixed|suggested|output|from|no-run)\b/.exec(rest)?.[1] ?? '';
  return { language, mark, file: file && shown.has(file) ? file : undefined };
}
