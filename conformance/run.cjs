const withal = require('withal');
const withalFp = require('withal/fp');
const withalNode = require('withal/node');

async function main() {
  const { all, hasUsing } = await import('./all.mjs');
  const { suite: ambient } = await import('./ambient.mjs');
  const { suite: node } = await import('./node.mjs');
  const results = [...(await all(withal, withalFp)), ...(await ambient(withal)), ...(await node(withal, withalNode))];
  console.log(JSON.stringify({ hasUsing, results }));
}

void main();
