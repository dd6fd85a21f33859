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
  [
    'a manager that is indented, comments, and a multi-line statement',
    `class Connections {
  open = asyncContextManager(async function* m(pool: Pool) {
    const c = await open();
    // Now
    yield c; // the block
    await c.close({
      now: true,

      as: \`a \${
        name
      }
      b\`
    }); // done
    // Over
  });
}`,
    `class Connections {
  open = asyncContextManager(async function* m(pool: Pool) {
    const c = await open();
    // Now
    try {
      yield c; // the block
    } finally {
      await c.close({
        now: true,

        as: \`a \${
          name
        }
      b\`
      }); // done
    }
    // Over
  });
}`,
  ],
  [
    'a function that is indented',
    `{
    async function* m() {
        const c = await open();
        yield c;
        await c.close(
            now,
        );
    }
    run(asyncContextManager(m));
}`,
    `{
    async function* m() {
        const c = await open();
        try {
            yield c;
        } finally {
            await c.close(
                now,
            );
        }
    }
    run(asyncContextManager(m));
}`,
  ],
  [
    'an existing finally',
    `const m = asyncContextManager(async function* m() {
  const c = await open();
  try {
    yield c;
  } finally {
    log(c); // first
  }
  await c.close();
});`,
    `const m = asyncContextManager(async function* m() {
  const c = await open();
  try {
    yield c;
  } finally {
    log(c); // first
    await c.close();
  }
});`,
  ],
  [
    'an existing, empty finally',
    `const m = asyncContextManager(async function* m() {
  const c = await open();
  try {
    yield c;
  } finally {
    // nothing yet
  }
  await c.close();
});`,
    `const m = asyncContextManager(async function* m() {
  const c = await open();
  try {
    yield c;
  } finally {
    // nothing yet
    await c.close();
  }
});`,
  ],
])('a suggestion keeps the layout: %s', (_what, code, expected) => {
  const head = "import { asyncContextManager } from 'withal';\n";
  expect(suggestedFor(head + code, 'protect-teardown')).toEqual([head + expected]);
});

it.each([
  [
    'an empty clause on one line',
    `const m = asyncContextManager(async function* m() {
  try {
    yield 1;
  } catch (error) {}
});`,
    `  } catch (error) { throw error; }`,
  ],
  [
    'a clause on one line',
    `const m = asyncContextManager(async function* m() {
  try {
    yield 1;
  } catch (error) { log(error); log(1); }
});`,
    `  } catch (error) { log(error); log(1); throw error; }`,
  ],
  [
    'an empty clause',
    `const m = asyncContextManager(async function* m() {
  try {
    yield 1;
  } catch (error) {
  }
});`,
    `  } catch (error) {
    throw error;
  }`,
  ],
  [
    'a clause',
    `const m = asyncContextManager(async function* m() {
  try {
    yield 1;
  } catch (error) {
    log(1);
    log(2);
    log(3); // last
  }
});`,
    `  } catch (error) {
    log(1);
    log(2);
    log(3); // last
    throw error;
  }`,
  ],
])('a statement is added in the layout of %s', (_what, code, expected) => {
  const head = "import { asyncContextManager } from 'withal';\n";
  const [rethrown = ''] = suggestedFor(head + code, 'no-silent-swallow');
  expect(rethrown).toContain(expected);
});
