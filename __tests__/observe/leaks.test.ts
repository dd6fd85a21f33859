import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { aclosing, AsyncExitStack, asyncContextManager, ExitStack, scopeAsync, withAsync } from '../../lib/index.ts';
import { observe, type Leak } from '../../lib/observe/index.ts';
import { collected } from '../helpers/garbage.ts';

// On a busy machine it takes time to start a process and to collect.
jest.setTimeout(30_000);

/** Runs a program with a real collector that forgets something in `forget()`; returns the leaks found. */
async function leaksOf(forget: string, options = ''): Promise<string[]> {
  const program = `
    import * as withal from 'withal';
    import { observe } from 'withal/observe';
    const { aclosing, all, asyncContextDecorator, asyncContextManager, AsyncExitStack, closing, contextManager, enter,
      ExitStack, nullContext, passing, scopeAsync, suppress, timeout, withAsync, withSync } = withal;
    const connection = asyncContextManager(async function* connection() { yield; });
    const lock = contextManager(function* lock() { yield; });
    const leaks = [];
    const watch = observe({ onLeak: ({ kind, name, site, message }) => leaks.push([kind, name, site?.includes('forget')].join(' ').trim())
      && (message === name + ' was ' + kind + '.' + (site ? '\\n' + site : '') || leaks.push('another message')), ${options} });
    async function forget() { ${forget} }
    await forget();
    for (let round = 0; round < 20; round++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    console.log(JSON.stringify([leaks, watch.open().length]));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '--eval',
    program,
  ]);
  const [leaks, open] = JSON.parse(stdout) as [string[], number];
  expect(open).toBe(0);
  return leaks.sort();
}

/** In functions of their own, so that no frame holds anything. */
const forgets: Record<string, () => unknown> = {
  'never entered connection': () => connection(),
  // eslint-disable-next-line withal/finish-stacks -- this is what is forgotten
  'never finished ExitStack': () => new ExitStack().defer(() => undefined),
  // eslint-disable-next-line withal/finish-stacks -- this is what is forgotten
  'never finished AsyncExitStack': () => new AsyncExitStack().defer(() => undefined),
  'never finished ExitStack, moved': () => new ExitStack().move(),
  'never finished AsyncExitStack, moved': () => new AsyncExitStack().move(),
  'never finished aclosing': async () => {
    const items = aclosing([1, 2]);
    await items.enterAsync();
    await withAsync(items, () => undefined).catch(() => undefined);
  },
  'never exited connection': () => void withAsync(connection(), () => new Promise(() => undefined)),
  'never exited job': () =>
    void scopeAsync(async function* job() {
      await new Promise(() => undefined);
    }),
};

const connection = asyncContextManager(async function* connection() {
  yield;
});

it.each([true, false])('leaks are found in this process, too, with sites: %p', async (sites) => {
  const leaks: Leak[] = [];
  const watch = observe({ sites, onLeak: (leak) => leaks.push(leak) });
  for (const forget of Object.values(forgets)) void forget();
  await withAsync(connection(), () => undefined);
  await withAsync(
    aclosing(() => [1]),
    (items) => items.next(),
  );
  await collected();
  watch.stop();
  expect(leaks.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(
    Object.keys(forgets)
      .map((what) => what.replace(', moved', ''))
      .sort(),
  );
  for (const { kind, name, site, message } of leaks) {
    expect(site === undefined).toBe(!sites);
    expect(message).toBe(`${name} was ${kind}.${sites ? `\n${String(site)}` : ''}`);
  }
  expect(watch.open()).toEqual([]);
});

it("leaks don't include what was done while nothing observed", async () => {
  const leaks: Leak[] = [];
  const options = { onLeak: (leak: Leak) => leaks.push(leak) };
  const first = observe(options);
  await (async () => {
    const manager = connection();
    first.stop();
    await withAsync(manager, () => undefined);
  })();
  await collected();
  const second = observe(options);
  await collected();
  second.stop();
  expect(leaks).toEqual([]);
});

it('leaks include a source that was made while nothing observed, but opened since', async () => {
  const leaks: Leak[] = [];
  const made = [aclosing([1, 2])];
  const watch = observe({ onLeak: (leak) => leaks.push(leak) });
  await (async () => made.pop()?.next())();
  await collected();
  watch.stop();
  expect(leaks.map(({ message }) => message)).toEqual(['aclosing was never finished.']);
});

it("leaks don't include a source that a loop read to its end", async () => {
  const leaks: Leak[] = [];
  const watch = observe({ onLeak: (leak) => leaks.push(leak) });
  await (async () => {
    for await (const item of aclosing([1, 2])) expect(item).toBeDefined();
  })();
  await collected();
  watch.stop();
  expect(leaks).toEqual([]);
});

it("leaks leave no ghost among the open blocks, even if leaks weren't asked for", async () => {
  const watch = observe({ context: false });
  // eslint-disable-next-line withal/finish-stacks -- forgotten on purpose
  for (let count = 0; count < 1_500; count++) new ExitStack().defer(() => undefined);
  expect(watch.current()).toBeDefined();
  await collected();
  // eslint-disable-next-line withal/finish-stacks -- forgotten on purpose
  new ExitStack().defer(() => undefined);
  expect(watch.open().length).toBeLessThan(10);
  watch.stop();
});

it("leaks don't include a teardown that is still running", async () => {
  const watch = observe({ onLeak: () => undefined });
  let finish: (() => void) | undefined;
  const stack = new AsyncExitStack();
  stack.defer(async function hanging() {
    await new Promise<void>((resolve) => (finish = resolve));
  });
  const disposed = stack.disposeAsync();
  await collected();
  expect(watch.open().map(({ name, phase }) => `${name} ${phase}`)).toEqual(['hanging exiting']);
  finish?.();
  await disposed;
  watch.stop();
});

describe('a leak', () => {
  it.each([
    ['an async manager that is never entered', 'connection();', ['never entered connection']],
    ['a sync manager that is never entered', 'lock();', ['never entered lock']],
    ['a list of managers that is never entered', 'all([lock()]);', ['never entered all', 'never entered lock']],
    ['a stack that is never finished', 'new AsyncExitStack().defer(() => {});', ['never finished AsyncExitStack']],
    ['a sync stack that is never finished', 'new ExitStack().defer(() => {});', ['never finished ExitStack']],
    [
      'a stack that was moved from another and never finished',
      'const stack = new ExitStack(); stack.defer(() => {}); stack.move();',
      ['never finished ExitStack'],
    ],
    ['an aclosing that is never used', 'aclosing([1]);', ['never entered aclosing']],
    ['an aclosing that is never closed', 'await aclosing([1, 2]).next();', ['never finished aclosing']],
    [
      'a block that can never settle',
      'void withAsync(connection(), () => new Promise(() => {}));',
      ['never exited connection'],
    ],
    [
      'a scope that can never settle',
      'void scopeAsync(async function* job() { await new Promise(() => {}); });',
      ['never exited job'],
    ],
    ['an entry by hand that is never exited', 'await connection().enterAsync();', ['never exited connection']],
  ])('is %s', async (_name, forget, expected) => {
    expect(await leaksOf(forget)).toEqual(expected);
  });

  it('says where it was made, if asked to', async () => {
    expect(await leaksOf('connection();', 'sites: true')).toEqual(['never entered connection true']);
    expect(await leaksOf('new ExitStack().defer(() => {});', 'sites: true')).toEqual(['never finished ExitStack true']);
  });

  it("isn't anything that was entered, finished or used up, or that was never needed", async () => {
    const right = `
      await withAsync(connection(), () => 1);
      withSync(lock(), () => 1);
      const again = lock();
      withSync(again, () => withSync(again, () => 1));
      await withAsync(all([lock(), connection()]), () => 1);
      await withAsync(all([lock()]), () => 1);
      withSync(all([lock()]), () => 1);
      await withAsync(all({ a: connection() }, { concurrent: true }), () => 1);
      await withAsync(passing(lock(), TypeError), () => 1);
      await scopeAsync(async function* () { yield* enter(connection()); yield* enter(lock()); });
      await withAsync(timeout(1000), () => 1);
      asyncContextDecorator(connection())(() => 1);
      await asyncContextDecorator(connection)(() => 1)();
      new ExitStack();
      const stack = new AsyncExitStack();
      stack.use(null);
      await stack.enterContext(connection());
      await stack.move().exitAsync();
      withSync(new ExitStack(), (stack) => stack.defer(() => {}));
      for await (const item of aclosing([1, 2])) void item;
      for await (const item of aclosing([1, 2])) break;
      await withAsync(aclosing([1]), (items) => items.next());
      await withAsync(aclosing(() => [1]), (items) => items.next());
      await aclosing([1]).return();
      await withAsync(connection(), () => { throw 1; }).catch(() => {});
      const manager = connection();
      await manager.enterAsync();
      await manager.exitAsync();
      closing({ close() {} }), nullContext(), suppress();`;
    expect(await leaksOf(right)).toEqual([]);
  });
});
