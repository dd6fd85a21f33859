// Writes the pages of the reference to site/reference, from the doc comments of lib. `npm run reference` in the root
// reports what is missing or wrong in those; this turns them into Markdown for the site.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { format } from 'prettier';
import { Application } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { documented } from '../../scripts/documented.mjs';
import { root, site } from '../.vitepress/pages.mjs';

const out = join(site, 'reference');
const printed = { printWidth: 96, singleQuote: true };
const { resolve } = createRequire(import.meta.url);

process.chdir(root);
rmSync(out, { recursive: true, force: true });

const application = await Application.bootstrapWithPlugins({
  ...documented,
  readme: 'none',
  outputs: [{ name: 'markdown', path: out }],
  plugin: [resolve('typedoc-plugin-markdown'), 'typedoc-plugin-mdn-links'],
  logLevel: 'Warn',
  validation: false,
  entryFileName: 'index',
  router: 'member',
  hidePageHeader: true,
  hideBreadcrumbs: true,
  useCodeBlocks: true,
  // Prettier breaks the lines of signatures.
  formatWithPrettier: true,
  prettierConfigFile: join(site, 'scripts', 'signatures.prettierrc.json'),
  expandParameters: true,
  indexFormat: 'table',
  groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
  // A title with the raw name contains < and >, which Vue takes for a tag.
  pageTitleTemplates: {
    index: 'All exports',
    module: ({ name }) => name,
    member: ({ name }) => name.replace(/\\<.*/, ''),
  },
});

application.renderer.on(MarkdownPageEvent.END, (page) => {
  page.contents = withOneThrows(withoutBareParameters(page.contents));
});
application.renderer.postRenderAsyncJobs.push(async () => {
  const pages = readdirSync(out, { recursive: true }).filter((name) => name.endsWith('.md'));
  for (const page of pages) await breakSignatures(join(out, page));
});

const project = await application.convert();
if (!project) process.exit(1);
await application.generateOutputs(project);
process.exitCode = application.logger.hasErrors() || application.logger.hasWarnings() ? 1 : 0;

/** The signature already shows the type parameters, so a section lists only those with a description. */
function withoutBareParameters(text) {
  return text.replace(/^(#+) Type Parameters\n+((?:\1# .*\n+(?:(?!#).*\n+)*)+)/gm, (_section, level, list) => {
    const described = list.split(/^(?=#)/m).filter((item) => item.trim().split(/\n\n+/).length > 2);
    return described.length > 0 ? `${level} Type Parameters\n\n${described.join('')}` : '';
  });
}

/** Several `@throws` become one section with a list. */
function withOneThrows(text) {
  return text.replace(/(?:^(#+) Throws\n\n(?:(?!#|```).*\n)+){2,}/gm, (sections, level) => {
    const items = sections.split(`${level} Throws`).slice(1);
    const list = items.map((item) => `- ${item.trim().replaceAll('\n', '\n  ')}`);
    return `${level} Throws\n\n${list.join('\n')}\n\n`;
  });
}

/** Prettier breaks only statements. The signature of a method is one only within an interface. */
async function breakSignatures(file) {
  const text = readFileSync(file, 'utf8');
  const fences = [...text.matchAll(/^```ts\n(.*?)^```/gms)].filter(([, code]) => /^.{97,}$/m.test(code));
  let broken = text;
  for (const [, code] of fences) {
    const formatted = await format(`interface Wrapped {\n${code}}`, { parser: 'typescript', ...printed }).catch(
      () => undefined,
    );
    if (formatted)
      broken = broken.replace(
        code,
        () =>
          formatted
            .split('\n')
            .slice(1, -2)
            .map((line) => line.slice(2))
            .join('\n') + '\n',
      );
  }
  writeFileSync(file, broken);
}
