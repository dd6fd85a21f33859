// What a lock of `navigator.locks` does as a manager, on the runtimes that have it.

import { resultsOf } from './cases.mjs';

const failure = new Error('block');

export async function suite(withal) {
  const { locks } = globalThis.navigator ?? {};
  if (!locks) return [];
  return resultsOf(casesOf(withal, locks), expectations);
}

const expectations = {
  'a lock is held by its block, and free after it': ['one', ['one'], []],
  'a lock is free after a failed block, which rejects with its error': [true, []],
  'a lock admits one block at a time': [1, 5],
  'a lock is held until what was entered later is exited': [['two'], []],
  'ifAvailable passes null if the lock is held': [null, 'it ran', 'three'],
  "an aborted request fails with its reason, and doesn't run the block": [true, 'did not run', 'four'],
  'a stolen lock fails the block when its body is done': ['AbortError', ['body begins', 'stolen', 'body ends']],
  "a stolen lock keeps the body's error": true,
};

function casesOf({ asyncContextManager, enter, fromCallback, scopeAsync, withAsync }, locks) {
  const lock = (name, options = {}) => fromCallback((body) => locks.request(name, options, body));
  const held = async (name) => (await locks.query()).held.map((lock) => lock.name).filter((other) => other === name);
  const errorOf = (promise) =>
    promise.then(
      () => 'nothing was thrown',
      (error) => error,
    );
  const turn = () => new Promise((resolve) => setTimeout(resolve));

  return {
    'a lock is held by its block, and free after it': async () => {
      const [name, during] = await withAsync(lock('one'), async ({ name }) => [name, await held('one')]);
      return [name, during, await held('one')];
    },
    'a lock is free after a failed block, which rejects with its error': async () => {
      const error = await errorOf(withAsync(lock('one'), () => Promise.reject(failure)));
      return [error === failure, await held('one')];
    },
    'a lock admits one block at a time': async () => {
      let inside = 0;
      let most = 0;
      let count = 0;
      const block = async () => {
        most = Math.max(most, (inside += 1));
        await turn();
        inside -= 1;
        count += 1;
      };
      await Promise.all([1, 2, 3, 4, 5].map(() => withAsync(lock('one'), block)));
      return [most, count];
    },
    'a lock is held until what was entered later is exited': async () => {
      let seen;
      const part = asyncContextManager(async function* part() {
        yield;
        await turn();
        seen = await held('two');
      });
      await scopeAsync(async function* () {
        yield* enter(lock('two'));
        yield* enter(part());
      });
      return [seen, await held('two')];
    },
    'ifAvailable passes null if the lock is held': () =>
      withAsync(lock('three'), async ({ name }) => {
        const [given, ran] = await withAsync(lock('three', { ifAvailable: true }), (given) => [given, 'it ran']);
        return [given, ran, name];
      }),
    "an aborted request fails with its reason, and doesn't run the block": () =>
      withAsync(lock('four'), async ({ name }) => {
        const controller = new AbortController();
        let state = 'did not run';
        const waiting = withAsync(lock('four', { signal: controller.signal }), () => (state = 'ran'));
        controller.abort(failure);
        return [(await errorOf(waiting)) === failure, state, name];
      }),
    'a stolen lock fails the block when its body is done': async () => {
      const log = [];
      const robbed = withAsync(lock('five'), async () => {
        log.push('body begins');
        await withAsync(lock('five', { steal: true }), () => log.push('stolen'));
        await turn();
        log.push('body ends');
      });
      const { name } = await errorOf(robbed);
      return [name, log];
    },
    "a stolen lock keeps the body's error": async () => {
      const robbed = withAsync(lock('six'), async () => {
        await withAsync(lock('six', { steal: true }), () => {});
        throw failure;
      });
      const error = await errorOf(robbed);
      // Deno rejects with it as it is, the others with an AbortError caused by it.
      return [error, error.cause].includes(failure);
    },
  };
}
