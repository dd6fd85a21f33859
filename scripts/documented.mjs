/** What TypeDoc reads, for the reference in docs/api and the one on the site. */
export const documented = {
  name: 'withal',
  entryPoints: ['index', 'fp/index', 'node/index', 'observe/index', 'testing/index'].map((name) => `lib/${name}.ts`),
  tsconfig: 'tsconfig.json',
  skipErrorChecking: true,
  disableGit: true,
  disableSources: true,
};
