export default {
  testDir: import.meta.dirname,
  testMatch: '*.spec.mjs',
  outputDir: process.env.TMPDIR,
  workers: 1,
  reporter: [['json', { outputFile: process.env.REPORT }]],
};
