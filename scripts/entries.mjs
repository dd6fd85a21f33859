// The entries of the package, from its `exports`: adding one there is all that the build and its checks need. One that is
// imported for what it does is named by `sideEffects`, too.

import { readFileSync } from 'node:fs';

const { exports, sideEffects } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Where each entry is in `lib` and in `dist`, without an extension: `index`, `node/index`. */
export const entries = Object.values(exports).flatMap(
  ({ import: file }) => /^\.\/dist\/(.*)\.js$/.exec(file?.default)?.[1] ?? [],
);

export const effectful = entries.filter((name) => sideEffects && sideEffects.includes(`./dist/${name}.js`));
