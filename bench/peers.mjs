// One block, written with each alternative: it acquires resources in order, passes the last one to the body, and
// releases them in reverse order.
//
// A release gets the outcome, if the peer passes it on: nothing after a success, an object with the error after a
// failure, and `untold` if the peer doesn't say. To recover, it may return `{ value }`.

import { fileURLToPath } from 'node:url';
import { withF } from '@matrixai/resources';
import Bluebird from 'bluebird';
import { Cause, Effect, Exit } from 'effect';
import { resource, run, until } from 'effection';
import { Disposable } from 'promise-toolbox';
import { asyncContextManager, contextManager, withAsync, withSync } from 'withal';
import { bundled } from './bundled.mjs';

export const untold = Symbol('untold');

// The language

async function tryCatch([first, ...others], body) {
  const acquired = await first.acquire();
  let result;
  try {
    result = await (others.length > 0 ? tryCatch(others, body) : body(acquired));
  } catch (error) {
    const answer = await first.release({ error });
    if (answer) return answer.value;
    throw error;
  }
  await first.release(undefined);
  return result;
}

/** Lowered unless the runtime has it. */
const { awaitUsing, using } = await bundled({
  stdin: {
    contents: `
      export async function awaitUsing([first, ...others], body) {
        const acquired = await first.acquire();
        await using held = { [Symbol.asyncDispose]: () => first.release(awaitUsing.untold) };
        return await (others.length > 0 ? awaitUsing(others, body) : body(acquired));
      }
      export function using([{ acquire, release }], body) {
        const acquired = acquire();
        using held = { [Symbol.dispose]: () => release(awaitUsing.untold) };
        return body(acquired);
      }`,
  },
});
awaitUsing.untold = untold;

// Packages

/** Its published files can't be imported, so this bundles its sources. */
const {
  asynccontextmanager,
  AsyncWith,
  contextmanager,
  default: With,
} = await bundled({
  entryPoints: [fileURLToPath(new URL('src/index.ts', packageOf('contextlib')))],
  alias: { utils: fileURLToPath(new URL('src/utils.ts', packageOf('contextlib'))) },
});

async function contextlib([first, ...others], body) {
  const manager = {
    enter: first.acquire,
    exit: async (...told) => {
      const answer = await first.release(told.length > 0 ? { error: told[0] } : undefined);
      return answer !== undefined;
    },
  };
  const { result } = await AsyncWith(manager, (acquired) =>
    others.length > 0 ? contextlib(others, body) : body(acquired),
  );
  return result;
}

const contextlibManager = await asynccontextmanager(async function* managed({ acquire, release }) {
  const value = await acquire();
  try {
    yield value;
  } catch (error) {
    if (await release({ error })) return true;
    throw error;
  }
  await release(undefined);
});

async function contextlibGenerator([first], body) {
  const { result } = await AsyncWith(await contextlibManager(first), body);
  return result;
}

async function promiseToolbox(resources, body) {
  const disposables = [];
  for (const { acquire, release } of resources)
    disposables.push(new Disposable(() => release(untold), await acquire()));
  return Disposable.use(disposables, (values) => body(values.at(-1)));
}

function matrixaiResources(resources, body) {
  const acquires = resources.map(({ acquire, release }) => async () => {
    const value = await acquire();
    return [(error) => release(error === undefined ? undefined : { error }), value];
  });
  return withF(acquires, (values) => body(values.at(-1)));
}

function bluebird(resources, body) {
  const disposers = resources.map(({ acquire, release }) =>
    Bluebird.try(acquire).disposer((_value, block) =>
      release(block.isRejected() ? { error: block.reason() } : undefined),
    ),
  );
  return Bluebird.using(...disposers, (...values) => body(values.at(-1)));
}

function effection(resources, body) {
  const provided = ({ acquire, release }) =>
    resource(function* (provide) {
      const value = yield* until(acquire());
      try {
        yield* provide(value);
      } finally {
        yield* until(release(untold));
      }
    });
  return run(function* () {
    let value;
    for (const given of resources) value = yield* provided(given);
    return yield* until((async () => body(value))());
  });
}

function effect(resources, body) {
  const around = ([first, ...others], value) =>
    first
      ? Effect.acquireUseRelease(
          Effect.promise(first.acquire),
          (acquired) => around(others, acquired),
          (_acquired, exit) =>
            Effect.promise(() => first.release(Exit.isSuccess(exit) ? undefined : { error: Cause.squash(exit.cause) })),
        )
      : Effect.tryPromise({ try: async () => body(value), catch: (error) => error });
  return Effect.runPromise(around(resources));
}

const managed = asyncContextManager(async function* managed({ acquire, release }) {
  const value = await acquire();
  try {
    yield value;
  } catch (error) {
    const answer = await release({ error });
    if (answer) return answer.value;
    throw error;
  }
  await release(undefined);
});

function withal([first, ...others], body, value) {
  return first ? withAsync(managed(first), (acquired) => withal(others, body, acquired)) : body(value);
}

function withalObject([first, ...others], body, value) {
  if (!first) return body(value);
  const manager = {
    enterAsync: first.acquire,
    exitAsync: (thrown) => first.release(thrown),
  };
  return withAsync(manager, (acquired) => withalObject(others, body, acquired));
}

// Without promises, and with one resource

function tryCatchSync([{ acquire, release }], body) {
  const acquired = acquire();
  let result;
  try {
    result = body(acquired);
  } catch (error) {
    const answer = release({ error });
    if (answer) return answer.value;
    throw error;
  }
  release(undefined);
  return result;
}

function contextlibSync([{ acquire, release }], body) {
  const manager = {
    enter: acquire,
    exit: (...told) => release(told.length > 0 ? { error: told[0] } : undefined) !== undefined,
  };
  return With(manager, body).result;
}

const contextlibManagerSync = contextmanager(function* managed({ acquire, release }) {
  const value = acquire();
  try {
    yield value;
  } catch (error) {
    if (release({ error })) return true;
    throw error;
  }
  release(undefined);
});

function contextlibGeneratorSync([resource], body) {
  return With(contextlibManagerSync(resource), body).result;
}

const managedSync = contextManager(function* managed({ acquire, release }) {
  const value = acquire();
  try {
    yield value;
  } catch (error) {
    const answer = release({ error });
    if (answer) return answer.value;
    throw error;
  }
  release(undefined);
});

function withalSync([resource], body) {
  return withSync(managedSync(resource), body);
}

function withalObjectSync([{ acquire, release }], body) {
  return withSync({ enter: acquire, exit: (thrown) => release(thrown) }, body);
}

/** The peers whose managers are objects or functions. */
const objects = {
  '`try`/`catch`': tryCatch,
  '`await using`': awaitUsing,
  'contextlib (npm)': contextlib,
  'promise-toolbox': promiseToolbox,
  '@matrixai/resources': matrixaiResources,
  'Bluebird `using`': bluebird,
  Effect: effect,
};

/** `block([{ acquire, release }, …], body)`, by name. */
export const peers = { ...objects, effection, withal };

/** The peers whose managers are written as generators, and those whose managers are objects or functions. */
export const forms = {
  generators: { withal, 'contextlib (npm)': contextlibGenerator, effection },
  objects: { withal: withalObject, ...objects },
  'generators, sync': { withal: withalSync, 'contextlib (npm)': contextlibGeneratorSync },
  'objects, sync': {
    withal: withalObjectSync,
    '`try`/`catch`': tryCatchSync,
    '`using`': using,
    'contextlib (npm)': contextlibSync,
  },
};

/** The peers that can continue after an error in the block. */
export const suppressors = ['withal', '`try`/`catch`', 'contextlib (npm)'];

// Loading them

function packageOf(name) {
  return new URL(`../node_modules/${name}/`, import.meta.url);
}
