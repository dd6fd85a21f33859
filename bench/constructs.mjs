// What each peer has for more than a single block. If it has nothing, the comparison tries what its users would do
// instead: `enterWith`, an adapter, Promise.all, Promise.race.

import { setTimeout as sleep } from 'node:timers/promises';
import Bluebird from 'bluebird';
import { Effect, Fiber } from 'effect';
import { race, run, sleep as pause, spawn, until, resource } from 'effection';
import { timeout } from 'promise-toolbox';
import { abandonable, all, asyncContextManager, fromCallback, taskGroup, withAsync } from 'withal';
import { peers, untold } from './peers.mjs';

// An API that wraps a callback, as a resource between two others: `(outer, api, inner, body)`

/** The shortest possible adapter: its setup is done when the API calls back, and its release lets the API continue. */
function adapted(api) {
  let end;
  let ended;
  return {
    acquire: () =>
      new Promise((resolve, reject) => {
        const body = (value) =>
          new Promise((succeed, fail) => {
            end = { succeed, fail };
            resolve(value);
          });
        ended = api(body);
        ended.catch(reject);
      }),
    release: async (told) => {
      if (told?.error) end.fail(told.error);
      else end.succeed();
      await ended.catch((error) => {
        if (error !== told?.error) throw error;
      });
    },
  };
}

const withAdapter = (peer) => (outer, api, inner, body) => peer([outer, adapted(api), inner], body);

const managed = asyncContextManager(async function* managed({ acquire, release }) {
  const value = await acquire();
  try {
    yield value;
  } catch (error) {
    await release({ error });
    throw error;
  }
  await release(undefined);
});

export const callbacks = {
  withal: (outer, api, inner, body) =>
    withAsync(all([managed(outer), fromCallback(api), managed(inner)]), ([, value]) => body(value)),
};

export const adapters = Object.fromEntries(Object.entries(peers).map(([name, peer]) => [name, withAdapter(peer)]));

// Ambient context: a resource that sets it

export const ambient = {
  withal: (storage, value, body) =>
    withAsync(
      fromCallback((run) => storage.run(value, run)),
      body,
    ),
};

/** The only way for a resource with a setup and a teardown. If its setup awaits, `enterWith` comes too late. */
export const enteredWith = (peer) => (storage, value, body) => {
  let before;
  const set = {
    acquire: async () => {
      before = storage.getStore();
      storage.enterWith(value);
    },
    release: async () => storage.enterWith(before),
  };
  return peer([set], body);
};

// Tasks: a slow one, and one that fails or a body that returns; `onEnd` is called when the slow one is over.

export const tasks = {
  withal: (isFailing, onEnd) =>
    withAsync(taskGroup(), async ({ start }) => {
      void start(() => slowTask(onEnd));
      if (isFailing) await start(failingTask);
    }),
  Effect: (isFailing, onEnd) => {
    const slow = Effect.onExit(Effect.sleep(20), () => Effect.promise(() => closing(onEnd)));
    const failing = Effect.andThen(Effect.sleep(1), Effect.fail(new Error('task')));
    const body = isFailing ? Effect.all([slow, failing], { concurrency: 'unbounded' }) : Effect.forkScoped(slow);
    return Effect.runPromise(Effect.scoped(Effect.andThen(body, Effect.sleep(2))));
  },
  effection: (isFailing, onEnd) =>
    run(function* () {
      yield* spawn(function* () {
        try {
          yield* pause(20);
        } finally {
          yield* until(closing(onEnd));
        }
      });
      if (isFailing) yield* spawn(() => until(failingTask()));
      yield* pause(2);
    }),
};

/** For peers without tasks: the language's own. */
export const promiseAll = (peer) => (isFailing, onEnd) =>
  peer([nothing], async () => {
    const slow = slowTask(onEnd);
    if (isFailing) await Promise.all([slow, failingTask()]);
  });

const nothing = { acquire: async () => 'value', release: async () => {} };

async function slowTask(onEnd) {
  try {
    await sleep(20);
  } finally {
    await closing(onEnd);
  }
}

async function failingTask() {
  await sleep(1);
  throw new Error('task');
}

/** A task with something to close, which takes a while. */
async function closing(onEnd) {
  await sleep(5);
  onEnd();
}

// A setup that takes too long to wait for: `(slow resource, body)`

const patience = 5;

const gaveUp = async () => {
  await sleep(patience);
  throw new Error('gave up');
};

export const abandoned = {
  withal: (slow, body) => withAsync(abandonable(managed(slow), AbortSignal.timeout(patience)), body),
  'promise-toolbox': (slow, body) => timeout.call(peers['promise-toolbox']([slow], body), patience),
  'Bluebird `using`': (slow, body) => {
    const Cancelable = Bluebird.getNewLibraryCopy();
    Cancelable.config({ cancellation: true });
    const disposer = Cancelable.resolve(slow.acquire()).disposer(() => slow.release(untold));
    return Cancelable.using(disposer, body).timeout(patience);
  },
  // A setup can't be interrupted, so the fiber is detached, and interrupted in the background.
  Effect: (slow, body) =>
    Effect.runPromise(
      Effect.gen(function* () {
        const fiber = yield* Effect.forkDetach(
          Effect.acquireUseRelease(
            Effect.promise(slow.acquire),
            () => Effect.promise(async () => body()),
            () => Effect.promise(async () => slow.release(untold)),
          ),
        );
        const interrupt = Effect.forkDetach(Fiber.interrupt(fiber));
        return yield* Effect.onError(Effect.timeout(Fiber.join(fiber), patience), () => interrupt);
      }),
    ),
  effection: (slow, body) =>
    run(function* () {
      const block = function* () {
        yield* resource(function* (provide) {
          const value = yield* until(slow.acquire());
          try {
            yield* provide(value);
          } finally {
            yield* until(slow.release(untold));
          }
        });
        return yield* until((async () => body())());
      };
      const limit = function* () {
        yield* pause(patience);
        throw new Error('gave up');
      };
      return yield* race([block(), limit()]);
    }),
};

/** The race is around the block, whose setup continues. */
export const raced = (peer) => (slow, body) => Promise.race([peer([slow], body), gaveUp()]);

/** The race is around the setup, which the block then knows nothing about. */
export const racedSetup = (peer) => (slow, body) =>
  peer([{ ...slow, acquire: () => Promise.race([slow.acquire(), gaveUp()]) }], body);
