// Writes the pages of the reference, from the doc comments of lib, in site/reference. `npm run reference` in the root says
// what is missing or wrong in them; here the same comments become Markdown for the site.

import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { Application } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';
import { root, site } from '../.vitepress/pages.mjs';

const out = join(site, 'reference');
const { resolve } = createRequire(import.meta.url);

process.chdir(root);
rmSync(out, { recursive: true, force: true });

const application = await Application.bootstrapWithPlugins({
  name: 'withal',
  entryPoints: ['index', 'fp/index', 'node/index', 'observe/index', 'testing/index'].map((name) => `lib/${name}.ts`),
  tsconfig: 'tsconfig.json',
  skipErrorChecking: true,
  readme: 'none',
  outputs: [{ name: 'markdown', path: out }],
  plugin: [resolve('typedoc-plugin-markdown'), 'typedoc-plugin-mdn-links'],
  disableGit: true,
  disableSources: true,
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
  // A title by its raw name holds < and >, which Vue takes for a tag.
  pageTitleTemplates: {
    index: 'All exports',
    module: ({ name }) => name,
    member: ({ name }) => name.replace(/\\<.*/, ''),
  },
});

application.renderer.on(MarkdownPageEvent.END, (page) => {
  page.contents = withOneThrows(withoutBareParameters(page.contents));
});

const project = await application.convert();
if (!project) process.exit(1);
await application.generateOutputs(project);
process.exitCode = application.logger.hasErrors() || application.logger.hasWarnings() ? 1 : 0;

/** The signature shows the type parameters: a section repeats only those that have a description. */
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
