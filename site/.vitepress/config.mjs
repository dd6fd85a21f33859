import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { hovers, writeHovers } from './hovers.mjs';
import { repositoryMarkdown, slug } from './markdown.mjs';
import { linkTwins } from './twins.mjs';
import { noPages, pageOf, sidebar } from './pages.mjs';

/** The pages are outside this package, and would look for Vue in the root's packages. */
const vueForAll = {
  name: 'vue-for-all',
  enforce: 'pre',
  resolveId(id, _importer, { ssr }) {
    if (!/^vue(\/server-renderer)?$/.test(id)) return;
    return ssr ? { id, external: true } : this.resolve(id, fileURLToPath(import.meta.url), { skipSelf: true });
  },
};

/** PGlite also has code for Node, which doesn't run here, so its warnings don't matter. */
function quietly(warning, warn) {
  if (!/pglite/.test(warning.id ?? warning.message)) warn(warning);
}

/** Setup, a block, teardown. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2f6feb"/><path d="M9 7H6v18h3M23 7h3v18h-3" fill="none" stroke="#fff" stroke-width="3"/><rect x="12" y="12" width="8" height="8" rx="1" fill="#fff"/></svg>`;

export default defineConfig({
  title: 'withal',
  description: "Python's contextlib for TypeScript: write setup, yield once, write teardown.",
  lang: 'en-US',
  base: process.env.SITE_BASE ?? '/',
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  srcDir: '..',
  srcExclude: noPages,
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  rewrites: pageOf,
  buildEnd: (config) => {
    linkTwins(config);
    writeHovers(config);
  },
  markdown: {
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    codeTransformers: [hovers],
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
    build: { chunkSizeWarningLimit: 2000, rollupOptions: { onwarn: quietly } },
    worker: { format: 'es' },
    optimizeDeps: {
      exclude: ['@electric-sql/pglite'],
      // Otherwise they are found when something first runs, and the page reloads.
      include: ['acorn', 'codemirror', 'object-inspect', 'sucrase', '@codemirror/lang-javascript', '@lezer/highlight'],
    },
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
