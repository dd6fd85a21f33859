// The entries of the package, from its `exports`: the build and its checks need nothing else. An entry that is imported
// for its side effects is also listed in `sideEffects`.

import { readFileSync } from 'node:fs';

const { exports, sideEffects } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The path of each entry in `lib` and `dist`, without an extension: `index`, `node/index`. */
export const entries = Object.values(exports).flatMap(
  ({ import: file }) => /^\.\/dist\/(.*)\.js$/.exec(file?.default)?.[1] ?? [],
);

export const effectful = entries.filter((name) => sideEffects && sideEffects.includes(`./dist/${name}.js`));
