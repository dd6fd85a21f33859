// Runs the suite on the CommonJS copy, loaded by its path.

const withal = require('./node_modules/withal/dist/index.cjs');
const withalFp = require('./node_modules/withal/dist/fp/index.cjs');
const withalNode = require('./node_modules/withal/dist/node/index.cjs');

async function main() {
  const { all, hasUsing } = await import('./all.mjs');
  const { suite: ambient } = await import('./ambient.mjs');
  const { suite: node } = await import('./node.mjs');
  const results = [...(await all(withal, withalFp)), ...(await ambient(withal)), ...(await node(withal, withalNode))];
  console.log(JSON.stringify({ hasUsing, results }));
}

void main();
