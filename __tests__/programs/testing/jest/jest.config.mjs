export default { testMatch: ['<rootDir>/*.test.mjs'], transform: {}, cacheDirectory: process.env.TMPDIR };
