import { expect, it } from '@jest/globals';
import { suggestedFor } from '../helpers/lint.ts';

it.each([
  [
    'tabs',
    `const m = asyncContextManager(async function* m() {
	const c = await open();
	yield c;
	await c.close();
});`,
    `const m = asyncContextManager(async function* m() {
	const c = await open();
	try {
		yield c;
	} finally {
		await c.close();
	}
});`,
  ],
  [
    'four spaces, and a template literal, which stays as it is',
    `const m = asyncContextManager(async function* m() {
    const c = await open();
    yield c;
    await c.close(\`
  now\`);
});`,
    `const m = asyncContextManager(async function* m() {
    const c = await open();
    try {
        yield c;
    } finally {
        await c.close(\`
  now\`);
    }
});`,
  ],
  [
    'one line',
    `const m = asyncContextManager(async function* m() { const c = await open(); yield c; await c.close(); });`,
    `const m = asyncContextManager(async function* m() { const c = await open(); try {
  yield c;
} finally {
  await c.close();
} });`,
  ],
])('a suggestion keeps the layout: %s', (_what, code, expected) => {
  const head = "import { asyncContextManager } from 'withal';\n";
  expect(suggestedFor(head + code, 'protect-teardown')).toEqual([head + expected]);
});
