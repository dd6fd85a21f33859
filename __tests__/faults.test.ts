import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import { chain, lift, map, orElse, tap, use } from '../lib/fp/index.ts';
import {
  abandonable,
  AbstractAsyncContextManager,
  AbstractContextManager,
  aclosing,
  all,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  closing,
  contextDecorator,
  contextManager,
  deadline,
  enter,
  ExitStack,
  fromCallback,
  passing,
  resultBlocks,
  scopeAsync,
  scopeSync,
  suppress,
  taskGroup,
  timeout,
  withAsync,
  withSync,
  type AsyncContextManager,
  type Thrown,
} from '../lib/index.ts';
import { everyFault, kinds, type Scenario, type World } from './helpers/faults.ts';
import { reachableFrom } from './helpers/outcome.ts';

// The steps fail where the world says, but each path only once: if a generator loses an error itself, nothing else can
// keep it.

const held = asyncContextManager(async function* held(world: World, name: string) {
  await world.later(`set up ${name}`);
  world.acquired(name);
  try {
    yield name;
  } catch (error) {
    await world.releaseLater(name, `roll back ${name}`);
    throw error;
  }
  await world.releaseLater(name, `commit ${name}`);
});

const heldSync = contextManager(function* heldSync(world: World, name: string) {
  world.now(`set up ${name}`);
  world.acquired(name);
  try {
    yield name;
  } catch (error) {
    world.release(name, `roll back ${name}`);
    throw error;
  }
  world.release(name, `commit ${name}`);
});

/** Translates the error it gets, without a cause. */
const translating = asyncContextManager(async function* translating(world: World) {
  try {
    yield;
  } catch {
    const translation = new Error('translated');
    world.faults.push(translation);
    throw translation;
  }
});

/** Continues its setup if it already holds something. */
const heldEarly = asyncContextManager(async function* heldEarly(world: World, name: string) {
  world.acquired(name);
  await world.later(`finish ${name}`).catch((error: unknown) => {
    world.drop(name);
    throw error;
  });
  try {
    yield name;
  } finally {
    await world.releaseLater(name, `let go of ${name}`);
  }
});

/** Suppresses every error. */
const forgiving = asyncContextManager(async function* forgiving(world: World) {
  try {
    yield;
    // eslint-disable-next-line withal/no-silent-swallow -- this is its purpose
  } catch (error) {
    world.forgive(error);
  }
});

const twice = asyncContextManager(async function* twice(world: World) {
  try {
    yield;
    // eslint-disable-next-line withal/yields-once -- this is the mistake
    yield;
  } finally {
    await world.later('closed');
  }
});

class Held extends AbstractAsyncContextManager {
  readonly world: World;
  readonly name: string;

  constructor(world: World, name: string) {
    super();
    this.world = world;
    this.name = name;
  }

  override async enterAsync(): Promise<this> {
    await this.world.later(`enter ${this.name}`);
    this.world.acquired(this.name);
    return this;
  }

  async exitAsync(thrown?: Thrown): Promise<void> {
    await this.world.releaseLater(this.name, thrown ? `exit ${this.name} after an error` : `exit ${this.name}`);
  }
}

/** It has the sync protocol, with async methods. */
const heldLoosely = (world: World, name: string) => ({
  async enter() {
    await world.later(`enter ${name}`);
    world.acquired(name);
    return name;
  },
  exit: async (thrown?: Thrown) => world.releaseLater(name, thrown ? `exit ${name} after an error` : `exit ${name}`),
});

/** Entered if the other one can't be. */
const noOther = (error: unknown): AsyncContextManager<string> => {
  throw error;
};

/** An API that takes a callback. */
const surrounding = (world: World, name: string) =>
  fromCallback<string>(async (body) => {
    await world.later(`begin ${name}`);
    world.acquired(name);
    try {
      await body(name);
    } catch (error) {
      await world.releaseLater(name, `roll back ${name}`);
      throw error;
    }
    await world.releaseLater(name, `commit ${name}`);
  });

class HeldSync extends AbstractContextManager {
  readonly world: World;
  readonly name: string;

  constructor(world: World, name: string) {
    super();
    this.world = world;
    this.name = name;
  }

  override enter(): this {
    this.world.now(`enter ${this.name}`);
    this.world.acquired(this.name);
    return this;
  }

  exit(thrown?: Thrown): void {
    this.world.release(this.name, thrown ? `exit ${this.name} after an error` : `exit ${this.name}`);
  }
}

function disposable(world: World, name: string): Disposable {
  world.acquired(name);
  return {
    [Symbol.dispose]() {
      world.release(name, `dispose ${name}`);
    },
  };
}

function asyncDisposable(world: World, name: string): AsyncDisposable {
  world.acquired(name);
  return { [Symbol.asyncDispose]: () => world.releaseLater(name, `dispose ${name}`) };
}

async function* numbers(world: World, name: string, signal?: AbortSignal): AsyncGenerator<number> {
  await world.later(`open ${name}`);
  world.acquired(name);
  let isOpen = true;
  try {
    for (let number = 0; number < 3; number++) {
      await world.later(`give ${String(number)}`);
      yield number;
    }
  } catch (error) {
    isOpen = false;
    world.drop(name);
    throw error;
  } finally {
    if (isOpen) await world.releaseLater(name, signal?.aborted ? `stop ${name}` : `end ${name}`);
  }
}

/** What `await using` catches: the block's error, and the disposal's. */
async function disposing(stack: AsyncExitStack, body: () => unknown): Promise<unknown[]> {
  const caught: unknown[] = [];
  for (const part of [body, () => stack.disposeAsync()]) {
    try {
      await part();
    } catch (error) {
      caught.push(error);
    }
  }
  return caught;
}

async function fill(stack: AsyncExitStack, world: World): Promise<void> {
  await stack.enterContext(held(world, 'a'));
  stack.use(disposable(world, 'b'));
  world.acquired('c');
  stack.adopt('c', async (name) => {
    await world.releaseLater(name, 'free c');
  });
  await stack.enterContext(new Held(world, 'd'));
  stack.push(async (thrown?: Thrown) => world.later(thrown ? 'exit after an error' : 'exit'));
  stack.defer(() => world.later('deferred'));
  stack.use(asyncDisposable(world, 'e'));
  const entered = new Held(world, 'f');
  await entered.enterAsync();
  stack.push(entered);
}

const composed = asyncContextManager(async function* composed(world: World) {
  const a = yield* enter(held(world, 'a'));
  await world.later('between');
  yield* enter(new HeldSync(world, 'b'));
  yield* enter(disposable(world, 'c'));
  try {
    yield a;
  } finally {
    yield* enter(held(world, 'late'));
    await world.later('last');
  }
});

const composedSync = contextManager(function* composedSync(world: World) {
  const a = yield* enter(heldSync(world, 'a'));
  world.now('between');
  yield* enter(new HeldSync(world, 'b'));
  yield* enter(disposable(world, 'c'));
  try {
    yield a;
  } finally {
    yield* enter(heldSync(world, 'late'));
    world.now('last');
  }
});

const scenarios: Record<string, Scenario> = {
  'generator managers, nested': (world) =>
    withAsync(held(world, 'a'), async () => {
      await world.later('before');
      await withAsync(held(world, 'b'), () => world.later('body'));
      await world.later('after');
    }),
  'sync generator managers, nested': (world) => {
    withSync(heldSync(world, 'a'), () => {
      world.now('before');
      withSync(heldSync(world, 'b'), () => world.now('body'));
      world.now('after');
    });
  },
  'a sync generator manager around async code': (world) => withAsync(heldSync(world, 'a'), () => world.later('body')),
  'a manager that translates': (world) =>
    withAsync(held(world, 'a'), () => withAsync(translating(world), () => world.later('body'))),
  'generator managers, by hand': async (world) => {
    const manager = held(world, 'a');
    await manager.enterAsync();
    let thrown: Thrown | undefined;
    try {
      await world.later('body');
    } catch (error) {
      thrown = { error };
    }
    const answer = await manager.exitAsync(thrown);
    return thrown && answer === false ? [thrown.error] : [];
  },
  'classes, nested': (world) =>
    withAsync(new Held(world, 'a'), () =>
      withAsync(new HeldSync(world, 'b'), async () => {
        await world.later('body');
      }),
    ),
  'sync classes, nested': (world) => {
    withSync(new HeldSync(world, 'a'), () => {
      withSync(new HeldSync(world, 'b'), () => world.now('body'));
    });
  },
  closing: (world) => {
    world.acquired('a');
    const close = async () => {
      await world.releaseLater('a', 'close');
    };
    return withAsync(closing({ close }), () => world.later('body'));
  },
  'a stack': (world) =>
    withAsync(new AsyncExitStack(), async (stack) => {
      await fill(stack, world);
      await world.later('body');
    }),
  'a sync stack': (world) => {
    withSync(new ExitStack(), (stack) => {
      stack.enterContext(heldSync(world, 'a'));
      stack.use(disposable(world, 'b'));
      stack.enterContext(new HeldSync(world, 'c'));
      stack.defer(() => world.now('deferred'));
      world.now('body');
    });
  },
  'a stack with a manager that suppresses': (world) =>
    withAsync(new AsyncExitStack<undefined>(), async (stack) => {
      await stack.enterContext(held(world, 'a'));
      await stack.enterContext(forgiving(world));
      await stack.enterContext(heldEarly(world, 'b'));
      await world.later('body');
    }),
  "a stack with an entry that isn't awaited": async (world) => {
    const caught: unknown[] = [];
    const keep = (error: unknown) => void caught.push(error);
    await withAsync(new AsyncExitStack(), async (stack) => {
      await stack.enterContext(held(world, 'a'));
      stack.enterContext(held(world, 'b')).catch(keep);
      await world.later('body');
    }).catch(keep);
    return caught;
  },
  'a stack that is moved': (world) =>
    withAsync(new AsyncExitStack(), async (outer) => {
      const stack = new AsyncExitStack();
      await outer.enterContext(stack);
      await fill(stack, world);
      const moved = stack.move();
      await outer.enterContext(moved);
      await world.later('body');
    }),
  'a stack that is disposed of': (world) => {
    const stack = new AsyncExitStack();
    return disposing(stack, async () => {
      await fill(stack, world);
      await world.later('body');
      stack.complete();
    });
  },
  'a stack that is disposed of without complete()': (world) => {
    const stack = new AsyncExitStack();
    return disposing(stack, () => fill(stack, world));
  },
  'a composition': (world) => withAsync(composed(world), () => world.later('body')),
  'a sync composition': (world) => {
    withSync(composedSync(world), () => world.now('body'));
  },
  'a sync composition around async code': (world) => withAsync(composedSync(world), () => world.later('body')),
  'a composition on a stack': (world) =>
    withAsync(new AsyncExitStack(), async (stack) => {
      await stack.enterContext(composed(world));
      await world.later('body');
    }),
  'a composition of compositions': (world) => {
    const outer = asyncContextManager(async function* outer() {
      yield* enter(held(world, 'outer'));
      yield yield* enter(composed(world));
    });
    return withAsync(outer(), () => world.later('body'));
  },
  'a scope': (world) =>
    scopeAsync(async function* () {
      yield* enter(held(world, 'a'));
      yield* enter(composed(world));
      await world.later('body');
    }),
  'a sync scope': (world) => {
    scopeSync(function* () {
      yield* enter(heldSync(world, 'a'));
      yield* enter(composedSync(world));
      world.now('body');
    });
  },
  'all, in order': (world) =>
    withAsync(all([held(world, 'a'), new Held(world, 'b'), heldSync(world, 'c')]), () => world.later('body')),
  'all, concurrently': (world) =>
    withAsync(all([held(world, 'a'), held(world, 'b'), held(world, 'c')], { concurrent: true }), () =>
      world.later('body'),
    ),
  'all, of a record': (world) =>
    withAsync(all({ a: held(world, 'a'), b: heldSync(world, 'b') }), () => world.later('body')),
  'all, sync': (world) => {
    withSync(all([heldSync(world, 'a'), new HeldSync(world, 'b')]), () => world.now('body'));
  },
  'a manager that continues its setup': (world) =>
    withAsync(heldEarly(world, 'a'), () => withAsync(heldEarly(world, 'b'), () => world.later('body'))),
  'a manager that suppresses': (world) =>
    withAsync(held(world, 'a'), async () => {
      await withAsync(forgiving(world), () => withAsync(held(world, 'b'), () => world.later('body')));
      await world.later('after');
    }),
  'a manager that yields twice': async (world) => {
    try {
      await withAsync(held(world, 'a'), () => withAsync(twice(world), () => world.later('body')));
    } catch (error) {
      const met = reachableFrom(error).filter(
        (reached) => (reached as { code?: unknown } | undefined)?.code === 'ERR_DID_NOT_STOP',
      );
      world.faults.push(...met);
      throw error;
    }
  },
  suppress: (world) => {
    const isWanted = () => {
      world.now('ask');
      return false;
    };
    return withAsync(suppress(isWanted, isWanted), () => withAsync(held(world, 'a'), () => world.later('body')));
  },
  aclosing: (world) =>
    withAsync(aclosing(numbers(world, 'source')), async (values) => {
      for await (const value of values) {
        await world.later(`take ${String(value)}`);
        if (value === 1) break;
      }
      await world.later('between');
      for await (const value of values) await world.later(`take ${String(value)}`);
    }),
  'aclosing, left early': (world) =>
    withAsync(
      aclosing((signal) => {
        world.now('make the source');
        return numbers(world, 'source', signal);
      }),
      async (values) => {
        await values.next();
        await world.later('body');
      },
    ),
  'aclosing within a manager': (world) =>
    scopeAsync(async function* () {
      yield* enter(held(world, 'a'));
      const values = yield* enter(aclosing(numbers(world, 'source')));
      for await (const value of values) await world.later(`take ${String(value)}`);
    }),
  'a decorated function': (world) =>
    asyncContextDecorator(() => {
      world.now('make the manager');
      return held(world, 'a');
    })(() => world.later('body'))(),
  'a decorated sync function': (world) => {
    contextDecorator(() => {
      world.now('make the manager');
      return heldSync(world, 'a');
    })(() => world.now('body'))();
  },
  'a decorated generator': async (world) => {
    const decorated = asyncContextDecorator(held(world, 'a'))(async function* decorated(): AsyncGenerator<number> {
      await world.later('start');
      yield 1;
      await world.later('go on');
    });
    for await (const value of decorated()) if (value !== 1) throw new Error('It gave another value.');
  },
  'a decorated generator, left early': async (world) => {
    const decorated = asyncContextDecorator(held(world, 'a'))(async function* decorated(): AsyncGenerator<number> {
      try {
        yield 1;
      } finally {
        await world.later('left');
      }
    });
    const iterated = decorated();
    await iterated.next();
    await iterated.return(undefined);
  },
  'a decorated generator, into which an error is thrown': async (world) => {
    const decorated = asyncContextDecorator(held(world, 'a'))(async function* decorated(): AsyncGenerator<number> {
      await world.later('start');
      yield 1;
    });
    const iterated = decorated();
    await iterated.next();
    const error = new Error('thrown into it');
    world.faults.push(error);
    await iterated.throw(error);
  },
  'a decorated sync generator': (world) => {
    const decorated = contextDecorator(heldSync(world, 'a'))(function* decorated(): Generator<number> {
      world.now('start');
      yield 1;
      world.now('go on');
    });
    for (const value of decorated()) if (value !== 1) throw new Error('It gave another value.');
  },
  'a decorated method': (world) => {
    class Repository {
      readonly world = world;

      @asyncContextDecorator(function (this: Repository) {
        return held(this.world, 'a');
      })
      async save(): Promise<void> {
        await this.world.later('body');
      }
    }
    return new Repository().save();
  },
  'an async enter() of the sync protocol': (world) =>
    withAsync(heldLoosely(world, 'a'), () => withAsync(heldLoosely(world, 'b'), () => world.later('body'))),
  'an async enter() in a scope': (world) =>
    scopeAsync(async function* () {
      yield* enter(heldLoosely(world, 'a'));
      yield* enter(held(world, 'b'));
      yield* enter(heldLoosely(world, 'c'));
      await world.later('body');
    }),
  'an API that takes a callback': (world) =>
    withAsync(surrounding(world, 'a'), () => withAsync(surrounding(world, 'b'), () => world.later('body'))),
  'APIs that take a callback, in a scope and on a stack': (world) =>
    scopeAsync(async function* () {
      yield* enter(surrounding(world, 'a'));
      const stack = yield* enter(new AsyncExitStack());
      await stack.enterContext(surrounding(world, 'b'));
      await stack.enterContext(held(world, 'c'));
      await world.later('body');
    }),
  'errors that pass': (world) =>
    withAsync(
      passing(held(world, 'a'), () => false),
      () =>
        withAsync(
          passing(surrounding(world, 'b'), () => false),
          () => world.later('body'),
        ),
    ),
  'tasks of a group': (world) =>
    withAsync(held(world, 'a'), () =>
      withAsync(taskGroup(), async ({ start }) => {
        void start(() => withAsync(held(world, 'b'), () => world.later('task b')));
        void start(async () => {
          await world.later('task c');
          void start(() => world.later('task d'));
        });
        await world.later('body');
      }),
    ),
  'an abandonable manager with a deadline': (world) =>
    withAsync(abandonable(held(world, 'a'), new AbortController().signal), () =>
      withAsync(deadline(surrounding(world, 'b'), 60_000), () => world.later('body')),
    ),
  'a body that returns a Result': async (world) => {
    const blocks = resultBlocks((result: { readonly ok: boolean }) => !result.ok && { error: result });
    await blocks.withAsync(held(world, 'a'), () =>
      blocks.scopeAsync(async function* () {
        yield* enter(held(world, 'b'));
        await world.later('body');
        return { ok: true };
      }),
    );
  },
  'a pipe': (world) =>
    use(() => world.later('body'))(
      chain(() => orElse(noOther)(lift(held(world, 'b'))))(
        tap(() => world.later('tap'))(map(() => world.later('map'))(held(world, 'a'))),
      ),
    ),
  timeout: (world) => withAsync(timeout(60_000), () => withAsync(held(world, 'a'), () => world.later('body'))),
};

describe('under every fault', () => {
  let cases = 0;

  afterAll(() => void process.stderr.write(`faults: ${String(cases)} cases\n`));

  describe.each(Object.entries(kinds))('with %s thrown', (_kind, make) => {
    it.each(Object.entries(scenarios))('%s', async (_name, scenario) => {
      const report = await everyFault(scenario, make);
      cases += report.cases;
      expect(report.cases).toBeGreaterThan(2);
      expect(report.problems).toEqual([]);
      // An unhandled rejection fails the test, unless the test has ended before Node reports it.
      await setImmediate();
    });
  });
});
