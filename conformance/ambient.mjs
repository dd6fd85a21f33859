// What holds for ambient context on runtimes with AsyncLocalStorage.

import { AsyncLocalStorage } from 'node:async_hooks';
import { resultsOf } from './cases.mjs';

export function suite({
  all,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  enter,
  fromCallback,
  scopeAsync,
  withAsync,
}) {
  const storage = new AsyncLocalStorage();
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const stored = (value) => fromCallback((body) => storage.run(value, body));
  const named = asyncContextManager(async function* named(value) {
    yield* enter(stored(value));
    yield value;
  });
  const seen = async () => {
    const before = storage.getStore();
    await turn();
    return before === storage.getStore() ? before : [before, storage.getStore()];
  };
  /** Logs what its setup and its teardown see. */
  const watching = asyncContextManager(async function* watching(log) {
    log.push(await seen());
    yield;
    log.push(await seen());
  });

  const cases = {
    'the context lasts for the body, and ends with it': async () => [
      await withAsync(stored('a'), seen),
      await withAsync(named('b'), seen),
      storage.getStore() ?? 'none',
    ],
    'contexts nest': () => withAsync(stored('a'), async () => [await withAsync(named('b'), seen), await seen()]),
    'contexts of concurrent blocks stay apart': async () => {
      const names = Array.from({ length: 100 }, (_, index) => index);
      const found = await Promise.all(names.map((name) => withAsync(named(name), seen)));
      return found.filter((name, index) => name === index).length;
    },
    'the context lasts for what a scope enters later, in setup and teardown': async () => {
      const log = [];
      await scopeAsync(async function* () {
        yield* enter(stored('a'));
        yield* enter(watching(log));
        yield* enter(named('b'));
        yield* enter(watching(log));
      });
      return log;
    },
    'the context lasts for what a manager and all() enter later': async () => {
      const log = [];
      const both = asyncContextManager(async function* both() {
        yield* enter(named('a'));
        yield* enter(watching(log));
        yield;
      });
      await withAsync(both(), async () => log.push(await seen()));
      await withAsync(all([named('b'), watching(log)]), async () => log.push(await seen()));
      return log;
    },
    'the context lasts for a decorated function': () => asyncContextDecorator(() => named('a'))(seen)(),
    "the context doesn't reach code after enterContext": () =>
      withAsync(new AsyncExitStack(), async (stack) => [
        await stack.enterContext(named('a')),
        (await seen()) ?? 'none',
      ]),
    'a block that fails leaves no context behind': async () => {
      const error = await withAsync(named('a'), () => Promise.reject(new Error('block'))).catch(
        ({ message }) => message,
      );
      return [error, storage.getStore() ?? 'none'];
    },
  };
  return resultsOf(cases, {
    'the context lasts for the body, and ends with it': ['a', 'b', 'none'],
    'contexts nest': ['b', 'a'],
    'contexts of concurrent blocks stay apart': 100,
    'the context lasts for what a scope enters later, in setup and teardown': ['a', 'b', 'b', 'a'],
    'the context lasts for what a manager and all() enter later': ['a', 'a', 'a', 'b', 'b', 'b'],
    'the context lasts for a decorated function': 'a',
    "the context doesn't reach code after enterContext": ['a', 'none'],
    'a block that fails leaves no context behind': ['block', 'none'],
  });
}
