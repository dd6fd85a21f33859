const withal = require('withal');
const withalNode = require('withal/node');

async function main() {
  const { all, hasUsing } = await import('./all.mjs');
  const { suite: node } = await import('./node.mjs');
  console.log(JSON.stringify({ hasUsing, results: [...(await all(withal)), ...(await node(withal, withalNode))] }));
}

void main();
