// Builds docs/api: the reference, from the doc comments of lib, with the guide and the recipes in it. Any warning is an
// error: an export without a doc comment, a link that leads nowhere.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Application, Converter } from 'typedoc';
import { documented } from './documented.mjs';
import { root } from './examples.mjs';

/** The pages in the order of the indexes, each with the heading that lists it. */
const pages = [
  pageOf('docs/README.md', 'Start'),
  ...pagesOf('docs/README.md'),
  pageOf('docs/recipes/README.md', 'Recipes'),
  ...pagesOf('docs/recipes/README.md', 'Recipes'),
];

const application = await Application.bootstrapWithPlugins({
  ...documented,
  readme: 'README.md',
  projectDocuments: pages.map(({ file }) => file),
  out: 'docs/api',
  plugin: ['typedoc-plugin-mdn-links'],
  includeVersion: true,
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
  // Types that only serve inference; users don't write their names.
  intentionallyNotExported: [
    ...['All', 'Allowed', 'AnsweredFallback', 'AnsweredValue', 'AnyAsyncGenerator', 'AnyFunction'],
    ...['AnyGenerator', 'AsyncAll', 'AsyncDecorated', 'AsyncExit', 'AsyncSource', 'ClosedBy'],
    ...['Declared', 'Decorated', 'Done', 'EnteredFallback', 'EnteredSync', 'Exit'],
    ...['ExitFallback', 'FallbackSync', 'Fixed', 'Generated', 'GeneratedAsync', 'GivenAsync'],
    ...['GivenSync', 'GivesResult', 'LegacyDecorated', 'Managers', 'Matcher', 'Method'],
    ...['OnlyRequests', 'ReturnedAsync', 'ReturnedSync', 'SlipAsync', 'SlipSync', 'SourceFunction'],
    ...['Before', 'ValueOf', 'WorldManager'],
    ...['Dropped', 'Starless', 'Starred', 'Stars', 'SyncMethod', 'TakesArguments', 'Unsettled', 'WordsAsync'],
  ],
  // The methods of objects that are described where they're returned.
  intentionallyNotDocumented: [
    ...['withal.closing.T.__type.close', 'withal.Entered.__type.enter', 'withal.Entered.__type.exit'],
    ...['withal/testing.FixtureTest.__type.test', 'withal/testing.SharedFixtures.__type.auto'],
    ...['withal/testing.ManagerOf.__type.enter', 'withal/testing.ManagerOf.__type.exit'],
    ...['withal.Fallback.__type.enterAsync', 'withal.Fallback.__type.exitAsync'],
  ],
  highlightLanguages: ['typescript', 'javascript', 'json', 'sh', 'python', 'text'],
  sort: ['documents-first', 'kind', 'alphabetical-ignoring-documents'],
  groupOrder: [...new Set(pages.map(({ group }) => group)), '*'],
  navigation: { includeGroups: true },
  headings: { document: false, readme: false },
  customCss: 'scripts/docs.css',
});

application.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
  const page = pages.find(({ file }) => file === `docs/${document.name}.md`);
  document.name = page.title;
  document.frontmatter = { group: page.group };
});

const project = await application.convert();
if (!project) process.exit(1);
application.validate(project);
await application.generateOutputs(project);
for (const link of brokenLinks(join(root, 'docs', 'api'))) application.logger.error(`Leads nowhere: ${link}`);
process.exitCode = application.logger.hasErrors() || application.logger.hasWarnings() ? 1 : 0;

/** Links to headings that don't exist; TypeDoc checks only the pages. */
function brokenLinks(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.html'));
  const texts = new Map(files.map((name) => [join(folder, name), completed(join(folder, name))]));
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/ href="([^":#]*)#([^"]+)"/g)]
      .filter(([, path, id]) => !hasId(texts.get(path ? join(dirname(file), decodeURI(path)) : file), id))
      .map(([link]) => `${file}:${link}`),
  );
}

/** A link to a heading of the start page has only the folder, which finds no file without a server. */
function completed(file) {
  const text = readFileSync(file, 'utf8').replaceAll('href="../#', 'href="../index.html#');
  writeFileSync(file, text);
  return text;
}

function hasId(text, id) {
  return text === undefined || text.includes(` id="${decodeURIComponent(id)}"`);
}

function pagesOf(index, group) {
  let heading = group;
  return readFileSync(join(root, index), 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (!group) heading = /^## (.*)/.exec(line)?.[1] ?? heading;
      const [, link] = /^(?:\d+\.|-) \[.*?\]\((.*?\.md)\)/.exec(line) ?? [];
      return link && !link.endsWith('recipes/README.md') ? [pageOf(join(index, '..', link), heading)] : [];
    });
}

function pageOf(file, group) {
  const [, title] = /^# (.*)/m.exec(readFileSync(join(root, file), 'utf8'));
  return { file, group, title };
}
