// What the package does on every runtime, checked without a test framework: `suite(withal)` returns the name of each
// case, with its problem if it failed.

const failure = new Error('block');

export async function suite(withal) {
  const results = [];
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run(withal);
      results.push([name]);
    } catch (error) {
      results.push([name, String(error?.stack ?? error)]);
    }
  }
  return results;
}

function equal(actual, expected) {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(value, marked) ?? String(value));
  if (one !== other) throw new Error(`expected ${other}, but got ${one}`);
}

/** JSON can't represent these. */
function marked(_key, value) {
  return value === undefined
    ? '(undefined)'
    : Number.isNaN(value)
      ? '(NaN)'
      : value instanceof Error
        ? String(value)
        : value;
}

async function errorOf(run) {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A manager that logs what happens to it. */
const loggedWith = ({ asyncContextManager }, log) =>
  asyncContextManager(async function* logged(name, onError) {
    log.push(`enter ${name}`);
    try {
      yield name;
    } catch (error) {
      log.push(`${name} sees ${error?.code ?? error?.message ?? error}`);
      if (onError) return onError(error);
      throw error;
    }
    log.push(`exit ${name}`);
    return undefined;
  });

const cases = {
  async 'a generator manager commits, and rolls back'(withal) {
    const log = [];
    const logged = loggedWith(withal, log);
    equal(await withal.withAsync(logged('a'), (value) => `${value}!`), 'a!');
    const error = await errorOf(() =>
      withal.withAsync(logged('b'), () => {
        throw failure;
      }),
    );
    equal(error === failure, true);
    equal(log, ['enter a', 'exit a', 'enter b', 'b sees block']);
  },

  async 'anything can be thrown'(withal) {
    for (const thrown of [undefined, null, 0, '', Number.NaN, false]) {
      const log = [];
      const logged = loggedWith(withal, log);
      const caught = await errorOf(() =>
        withal.withAsync(logged('a'), () => {
          throw thrown;
        }),
      );
      equal([Object.is(caught, thrown), log.length], [true, 2]);
    }
  },

  async 'a generator suppresses with a fallback'(withal) {
    const logged = loggedWith(withal, []);
    const recovered = await withal.withAsync(
      logged('a', () => 'fallback'),
      () => {
        throw failure;
      },
    );
    equal(recovered, 'fallback');
  },

  async 'a sync generator manager'({ contextManager, withAsync, withSync }) {
    const log = [];
    const section = contextManager(function* section(name) {
      log.push(`<${name}>`);
      try {
        yield name.length;
      } finally {
        log.push(`</${name}>`);
      }
    });
    equal(
      withSync(section('ab'), (length) => length),
      2,
    );
    equal(await withAsync(section('c'), async (length) => length), 1);
    equal((await errorOf(() => withSync(section('d'), async () => {}))).name, 'TypeError');
    equal(log.join(''), '<ab></ab><c></c><d></d>');
  },

  async 'misuse throws a specific error'({ asyncContextManager, ContextManagerError, withAsync, withSync }) {
    const never = asyncContextManager(async function* never() {});
    const twice = asyncContextManager(async function* twice() {
      yield;
      yield;
    });
    for (const [run, code] of [
      [() => withAsync(never(), () => {}), 'ERR_DID_NOT_YIELD'],
      [() => withAsync(twice(), () => {}), 'ERR_DID_NOT_STOP'],
      [() => never().exitAsync(), 'ERR_NOT_ENTERED'],
    ]) {
      const error = await errorOf(run);
      equal([error instanceof ContextManagerError, error.code], [true, code]);
    }
    for (const wrong of [
      () => withAsync(never, () => {}),
      () => withAsync(Promise.resolve(), () => {}),
      () => withAsync(never(), 1),
      () => withSync(never(), () => {}),
      () => withAsync((function* () {})(), () => {}),
      () => withAsync((async function* () {})(), () => {}),
      () => asyncContextManager(1),
    ])
      equal((await errorOf(wrong)).name, 'TypeError');
  },

  async 'no error is lost'({ asyncContextManager, AsyncExitStack, SuppressedError, withAsync }) {
    const failing = asyncContextManager(async function* failing(error) {
      try {
        yield;
      } finally {
        throw error;
      }
    });
    const fail = () => {
      throw failure;
    };
    const newer = new Error('teardown');
    equal((await errorOf(() => withAsync(failing(newer), fail))) === newer && newer.cause === failure, true);
    const both = await errorOf(() => withAsync(failing('text'), fail));
    equal([both instanceof SuppressedError, both.error, both.suppressed === failure], [true, 'text', true]);
    const disposed = await errorOf(() =>
      withAsync(new AsyncExitStack(), (stack) => {
        stack.defer(() => {
          throw newer;
        });
        fail();
      }),
    );
    equal(
      [disposed instanceof SuppressedError, disposed.error === newer, disposed.suppressed === failure],
      [true, true, true],
    );
  },

  async 'disposables can be entered, too'({ withAsync, withSync }) {
    const log = [];
    const resource = { [Symbol.dispose]: () => log.push('sync') };
    const asyncResource = { [Symbol.asyncDispose]: async () => log.push('async') };
    equal(
      withSync(resource, (same) => same === resource),
      true,
    );
    equal(await withAsync(resource, (same) => same === resource), true);
    equal(await withAsync(asyncResource, (same) => same === asyncResource), true);
    equal(log, ['sync', 'sync', 'async']);
  },

  async 'managers written as classes'({
    AbstractAsyncContextManager,
    AbstractContextManager,
    isAsyncContextManager,
    isContextManager,
    withAsync,
    withSync,
  }) {
    class Draft extends AbstractContextManager {
      exit(thrown) {
        this.told = thrown;
        return { value: 'fallback' };
      }
    }
    class AsyncDraft extends AbstractAsyncContextManager {
      async exitAsync(thrown) {
        this.told = thrown;
      }
    }
    const draft = new Draft();
    equal(
      withSync(draft, () => {
        throw undefined;
      }),
      'fallback',
    );
    equal(draft.told, { error: undefined });
    const asyncDraft = new AsyncDraft();
    equal(await withAsync(asyncDraft, (same) => same === asyncDraft), true);
    equal(
      [isContextManager(draft), isAsyncContextManager(draft), isAsyncContextManager(asyncDraft)],
      [true, false, true],
    );
    equal([draft instanceof AbstractContextManager, {} instanceof AbstractContextManager], [true, false]);
  },

  async 'a stack undoes what it holds'(withal) {
    const log = [];
    const logged = loggedWith(withal, log);
    await withal.withAsync(new withal.AsyncExitStack(), async (stack) => {
      await stack.enterContext(logged('a'));
      stack.use({ [Symbol.dispose]: () => log.push('dispose b') });
      stack.adopt('c', (name) => log.push(`free ${name}`));
      stack.defer(async () => log.push('deferred'));
      stack.push((thrown) => void log.push(thrown ? 'failed' : 'succeeded'));
    });
    equal(log, ['enter a', 'succeeded', 'deferred', 'free c', 'dispose b', 'exit a']);
  },

  async 'a disposed stack succeeds only after complete()'(withal) {
    const log = [];
    const logged = loggedWith(withal, log);
    for (const isComplete of [true, false]) {
      const stack = new withal.AsyncExitStack();
      await stack.enterContext(logged('a'));
      if (isComplete) stack.complete();
      await stack[Symbol.asyncDispose]();
      equal(stack.disposed, true);
    }
    equal(log, ['enter a', 'exit a', 'enter a', 'a sees ERR_OUTCOME_UNKNOWN']);
  },

  async "stacks behave like TC39's"({ ExitStack }) {
    const log = [];
    const stack = new ExitStack();
    stack.defer(() => log.push('first'));
    const moved = stack.move();
    equal([stack.disposed, moved.disposed], [true, false]);
    moved.defer(() => log.push('second'));
    moved.dispose();
    moved.dispose();
    equal(log, ['second', 'first']);
    equal((await errorOf(() => moved.defer(() => {}))).name, 'ReferenceError');
    equal((await errorOf(() => new ExitStack().use({}))).name, 'TypeError');
    equal(ExitStack.prototype[Symbol.dispose] === ExitStack.prototype.dispose, true);
  },

  async 'managers enter other managers'(withal) {
    const log = [];
    const logged = loggedWith(withal, log);
    const app = withal.asyncContextManager(async function* app() {
      const a = yield* withal.enter(logged('a'));
      const b = yield* withal.enter(logged('b'));
      yield a + b;
      log.push('app');
    });
    equal(await withal.withAsync(app(), (value) => value), 'ab');
    equal(log.splice(0), ['enter a', 'enter b', 'app', 'exit b', 'exit a']);
    const value = await withal.scopeAsync(async function* () {
      return yield* withal.enter(app());
    });
    equal([value, log.length], ['ab', 5]);
  },

  async 'a setup that fails halfway'(withal) {
    const log = [];
    const logged = loggedWith(withal, log);
    const app = withal.asyncContextManager(async function* app() {
      yield* withal.enter(logged('a'));
      throw failure;
    });
    equal((await errorOf(() => withal.withAsync(app(), () => {}))) === failure, true);
    equal(log, ['enter a', 'a sees block']);
  },

  async 'scopes, in order or at once'(withal) {
    const { all, closing, enter, nullContext, scopeSync, suppress, withAsync, withSync } = withal;
    const log = [];
    const opened = (name) => closing({ name, close: () => log.push(name) });
    equal(
      scopeSync(function* () {
        const one = yield* enter(opened('one'));
        yield* enter(opened('two'));
        return one.name;
      }),
      'one',
    );
    equal(log.splice(0), ['two', 'one']);
    equal(await withAsync(all({ a: nullContext(1), b: nullContext(2) }, { concurrent: true }), ({ a, b }) => a + b), 3);
    equal(
      withSync(all([nullContext(1), nullContext(2)]), ([a, b]) => a + b),
      3,
    );
    equal(
      withSync(suppress(RangeError), () => new Array(-1)),
      undefined,
    );
    equal((await errorOf(() => withSync(suppress(TypeError), () => new Array(-1)))).name, 'RangeError');
  },

  async 'aclosing resumes where a loop stopped'({ aclosing, withAsync }) {
    const log = [];
    async function* numbers() {
      try {
        for (let number = 0; ; number++) yield number;
      } finally {
        log.push('closed');
      }
    }
    await withAsync(aclosing(numbers()), async (values) => {
      for await (const value of values) if (log.push(value) === 2) break;
      for await (const value of values) if (log.push(value) === 4) break;
    });
    equal(log, [0, 1, 2, 3, 'closed']);
    const rows = aclosing(numbers());
    await rows.next();
    await rows[Symbol.asyncDispose]();
    equal(log.length, 6);
  },

  async 'aclosing tells a waiting source to stop'({ aclosing, withAsync }) {
    const source = (signal) => ({
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve({ done: true, value: undefined }));
          }),
        return: async () => ({ done: true, value: undefined }),
      }),
    });
    let pending;
    await withAsync(aclosing(source), (values) => {
      pending = values.next();
    });
    equal((await pending).done, true);
  },

  async 'aclosing closes when a signal aborts'({ aclosing, withAsync }) {
    const controller = new AbortController();
    const log = [];
    const source = { next: () => new Promise(() => {}), return: async () => void log.push('closed') };
    const ended = errorOf(() =>
      withAsync(aclosing(source, controller), async (values) => {
        for await (const value of values) log.push(value);
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort(failure);
    equal((await ended) === failure, true);
    equal(log, ['closed']);
  },

  async 'aclosing cancels a waiting web stream'({ aclosing, withAsync }) {
    const log = [];
    const stream = new ReadableStream({ pull: () => new Promise(() => {}), cancel: () => void log.push('cancelled') });
    const steps = [];
    await withAsync(aclosing(stream), (values) => {
      steps.push(values.next(), values.next());
    });
    equal(
      (await Promise.all(steps)).map(({ done }) => done),
      [true, true],
    );
    equal([log, stream.locked], [['cancelled'], false]);
  },

  async 'aclosing knows which next() is awaited'({ aclosing, withAsync }) {
    async function* failing() {
      throw failure;
    }
    equal((await errorOf(() => withAsync(aclosing(failing()), (values) => void values.next()))) === failure, true);
    for (const wait of [
      (step) => step.catch(() => {}),
      (step) => Promise.allSettled([step]),
      (step) => errorOf(() => step),
    ])
      equal(await withAsync(aclosing(failing()), async (values) => void (await wait(values.next()))), undefined);
  },

  async 'a group waits for its tasks, and stops them'({ taskGroup, withAsync }) {
    const log = [];
    const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const waiting = (signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(failure)));
    const result = await withAsync(taskGroup(), async ({ start }) => {
      void start(() => later(5).then(() => void log.push('late')));
      return start(() => 'value');
    });
    equal([result, log], ['value', ['late']]);
    const stopped = () =>
      withAsync(taskGroup(), ({ start }) => {
        void start((signal) => waiting(signal));
        void start(() => Promise.reject(failure));
      });
    equal((await errorOf(stopped)) === failure, true);
    const others = () =>
      withAsync(taskGroup(), ({ start }) => {
        void start((signal) => waiting(signal));
        throw 'body';
      });
    equal((await errorOf(others)).errors, ['body', failure]);
  },

  async 'a setup that finishes too late is torn down'({ abandonable, withAsync }) {
    const log = [];
    const controller = new AbortController();
    const slow = {
      enterAsync: () => new Promise((resolve) => setTimeout(resolve, 10)),
      exitAsync: async (thrown) => void log.push(thrown.error === controller.signal.reason),
    };
    let ended;
    const late = (promise) => (ended = promise);
    setTimeout(() => controller.abort(failure), 1);
    await errorOf(() => withAsync(abandonable(slow, controller.signal, { late }), () => log.push('never')));
    equal(log, []);
    await ended;
    equal(log.length, 1);
  },

  async 'a teardown that takes too long continues'({ deadline, withAsync }) {
    const log = [];
    const slow = {
      enterAsync: async () => {},
      exitAsync: () => new Promise((resolve) => setTimeout(() => resolve(void log.push('exited')), 20)),
    };
    let ended;
    const late = (promise) => (ended = promise);
    const throwing = () => {
      throw failure;
    };
    const error = await errorOf(() => withAsync(deadline(slow, 1, { late }), throwing));
    equal([error.name, error.cause === failure, log], ['TimeoutError', true, []]);
    await ended;
    equal(log, ['exited']);
  },

  async 'an Err rolls back'({ asyncContextManager, resultBlocks }) {
    const log = [];
    const told = asyncContextManager(async function* told() {
      try {
        yield;
        log.push('commit');
      } catch (error) {
        log.push(error);
        throw error;
      }
    });
    const { withAsync } = resultBlocks((result) => !result.ok && { error: result.error });
    const err = { ok: false, error: 'TAKEN' };
    equal((await withAsync(told(), async () => err)) === err, true);
    equal(await withAsync(told(), () => ({ ok: true })), { ok: true });
    equal(log, ['TAKEN', 'commit']);
  },

  async 'a timeout aborts'({ timeout, withAsync }) {
    const waiting = (signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    equal((await errorOf(() => withAsync(timeout(1), waiting))).name, 'TimeoutError');
    equal(await withAsync(timeout(10_000), (signal) => signal.aborted), false);
    const controller = new AbortController();
    controller.abort(failure);
    equal((await errorOf(() => withAsync(timeout(10, { signal: controller.signal }), () => {}))) === failure, true);
  },

  async 'decorators wrap functions'(withal) {
    const log = [];
    const decorate = withal.asyncContextDecorator(loggedWith(withal, log)('a'));
    const add = decorate(function add(a, b) {
      return a + b + this.c;
    });
    equal([await add.call({ c: 3 }, 1, 2), add.name, add.length], [6, 'add', 2]);
    equal(log, ['enter a', 'exit a']);
  },

  async 'decorators wrap generators'(withal) {
    const log = [];
    const decorate = withal.asyncContextDecorator(loggedWith(withal, log)('a'));
    const values = decorate(async function* values() {
      yield 1;
      yield 2;
    });
    for await (const value of values()) if (value === 1) break;
    equal(log, ['enter a', 'a sees ERR_OUTCOME_UNKNOWN']);
  },

  async 'one manager, many concurrent runs'({ asyncContextManager, withAsync }) {
    let open = 0;
    const counted = asyncContextManager(async function* counted() {
      open += 1;
      await undefined;
      yield open;
      open -= 1;
    });
    const manager = counted();
    const seen = await Promise.all(Array.from({ length: 5 }, () => withAsync(manager, (value) => value)));
    equal([seen, open], [[5, 5, 5, 5, 5], 0]);
  },

  async 'a stack with 100,000 callbacks'({ AsyncExitStack, ExitStack }) {
    let count = 0;
    const stack = new ExitStack();
    const asyncStack = new AsyncExitStack();
    for (let index = 0; index < 100_000; index++) {
      stack.defer(() => void (count += 1));
      asyncStack.defer(() => void (count += 1));
    }
    stack.dispose();
    await asyncStack.disposeAsync();
    equal(count, 200_000);
  },

  async "SuppressedError is the platform's, if it has one"({ SuppressedError }) {
    const error = new SuppressedError('newer', 'older', 'both');
    equal(
      [error instanceof Error, error.name, error.error, error.suppressed, error.message],
      [true, 'SuppressedError', 'newer', 'older', 'both'],
    );
    if (typeof globalThis.SuppressedError === 'function') equal(SuppressedError === globalThis.SuppressedError, true);
  },
};
