export default {
  root: import.meta.dirname,
  cacheDir: process.env.TMPDIR,
  test: { include: ['*.test.mjs'] },
};
