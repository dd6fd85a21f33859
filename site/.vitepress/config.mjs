import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { repositoryMarkdown, slug } from './markdown.mjs';
import { linkTwins } from './twins.mjs';
import { noPages, pageOf, sidebar } from './pages.mjs';

/** The pages stand outside this package, and would look for Vue in the root's. */
const vueForAll = {
  name: 'vue-for-all',
  enforce: 'pre',
  resolveId(id, _importer, { ssr }) {
    if (!/^vue(\/server-renderer)?$/.test(id)) return;
    return ssr ? { id, external: true } : this.resolve(id, fileURLToPath(import.meta.url), { skipSelf: true });
  },
};

export default defineConfig({
  title: 'withal',
  description: "Python's contextlib for TypeScript: write setup, yield once, write teardown.",
  lang: 'en-US',
  base: process.env.SITE_BASE ?? '/',
  srcDir: '..',
  srcExclude: noPages,
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  rewrites: pageOf,
  buildEnd: linkTwins,
  markdown: {
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    config: repositoryMarkdown,
  },
  vite: {
    plugins: [
      vueForAll,
      llmstxt({
        excludeIndexPage: false,
        injectLLMHint: false,
        ignoreFilesPerOutput: { llmsTxt: ['site/**'], llmsFullTxt: ['site/**'] },
      }),
    ],
    build: { chunkSizeWarningLimit: 2000 },
    worker: { format: 'es' },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    sidebar: sidebar(),
    nav: [
      { text: 'Guide', link: '/docs/', activeMatch: '^/docs/(?!recipes|lint|reference)' },
      { text: 'Recipes', link: '/docs/recipes/', activeMatch: '^/docs/recipes/' },
      { text: 'Linter', link: '/docs/lint/', activeMatch: '^/docs/lint/' },
      { text: 'Reference', link: '/docs/reference', activeMatch: '^/(docs/reference|api/)' },
      { text: 'Playground', link: '/playground' },
    ],
  },
});
