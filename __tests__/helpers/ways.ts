import type { Library } from './builds.ts';

export type Body = (value: unknown) => unknown;

/** A way to enter a manager, which passes its value to a body and gets the body's outcome. */
export type Way = (library: Library, manager: never, body: Body) => unknown;

export const asyncWays: Record<string, Way> = {
  withAsync: ({ withAsync }, manager, body) => withAsync(manager, body),
  'a decorated function': ({ asyncContextDecorator, AsyncExitStack }, manager, body) => {
    const stack = new AsyncExitStack<unknown>();
    return asyncContextDecorator(stack)(async () => body(await stack.enterContext(manager)))();
  },
  'a decorated generator': async ({ asyncContextDecorator, AsyncExitStack }, manager, body) => {
    const stack = new AsyncExitStack<unknown>();
    const decorated = asyncContextDecorator(stack)(async function* () {
      yield 'item';
      return body(await stack.enterContext(manager));
    });
    const generator = decorated();
    await generator.next();
    return (await generator.next()).value;
  },
  'a stack': ({ withAsync, AsyncExitStack }, manager, body) =>
    withAsync(new AsyncExitStack<unknown>(), async (stack) => body(await stack.enterContext(manager))),
  enter: ({ asyncContextManager, enter, withAsync }, manager, body) => {
    const composed = asyncContextManager(async function* composed() {
      yield yield* enter(manager);
    });
    return withAsync(composed(), body);
  },
  'a scope': ({ enter, scopeAsync }, manager, body) =>
    scopeAsync(async function* () {
      return body(yield* enter(manager));
    }),
  all: ({ all, withAsync }, manager, body) => withAsync(all([manager]), ([value]) => body(value)),
  'all at once': ({ all, withAsync }, manager, body) =>
    withAsync(all([manager], { concurrent: true }), ([value]) => body(value)),
};

export const syncWays: Record<string, Way> = {
  withSync: ({ withSync }, manager, body) => withSync(manager, body),
  'a decorated function': ({ contextDecorator, ExitStack }, manager, body) => {
    const stack = new ExitStack<unknown>();
    return contextDecorator(stack)(() => body(stack.enterContext(manager)))();
  },
  'a decorated generator': ({ contextDecorator, ExitStack }, manager, body) => {
    const stack = new ExitStack<unknown>();
    const decorated = contextDecorator(stack)(function* () {
      yield 'item';
      return body(stack.enterContext(manager));
    });
    const generator = decorated();
    generator.next();
    return generator.next().value;
  },
  'a stack': ({ withSync, ExitStack }, manager, body) =>
    withSync(new ExitStack<unknown>(), (stack) => body(stack.enterContext(manager))),
  enter: ({ contextManager, enter, withSync }, manager, body) => {
    const composed = contextManager(function* composed() {
      yield yield* enter(manager);
    });
    return withSync(composed(), body);
  },
  'a scope': ({ enter, scopeSync }, manager, body) =>
    scopeSync(function* () {
      return body(yield* enter(manager));
    }),
  all: ({ all, withSync }, manager, body) => withSync(all([manager]) as never, ([value]: [unknown]) => body(value)),
};
