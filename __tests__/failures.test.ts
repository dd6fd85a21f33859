import { describe, expect, it } from '@jest/globals';
import { builds, type Library } from './helpers/builds.ts';
import { errorOf, reachableFrom } from './helpers/outcome.ts';

interface AnyStack {
  use(value: object): unknown;
  adopt(value: string, onDispose: (value: string) => void): unknown;
  defer(onDispose: () => void): unknown;
  push(exit: () => void): unknown;
  enterContext(manager: object): unknown;
}

type Step = (stack: AnyStack) => unknown;

interface Kind {
  readonly name: 'async' | 'sync';
  readonly symbol: symbol;
  /** Runs the steps in turn on a stack that is entered. */
  block(steps: Step[]): unknown;
  /** Runs the steps in turn on a stack that is only a disposable. */
  using(steps: Step[]): unknown;
  /** A generator manager with this teardown. */
  tearingDown(teardown: () => unknown): object;
}

const kindsOf = (library: Library): Kind[] => {
  const { asyncContextManager, contextManager, withAsync, withSync, AsyncExitStack, ExitStack } = library;
  return [
    {
      name: 'async',
      symbol: Symbol.asyncDispose,
      block: (steps) =>
        withAsync(new AsyncExitStack(), async (stack) => {
          for (const step of steps) await step(stack as unknown as AnyStack);
        }),
      async using(steps) {
        await using stack = new AsyncExitStack();
        for (const step of steps) await step(stack as unknown as AnyStack);
      },
      tearingDown: asyncContextManager(async function* tearingDown(teardown: () => unknown) {
        try {
          yield;
        } finally {
          await teardown();
        }
      }),
    },
    {
      name: 'sync',
      symbol: Symbol.dispose,
      block: (steps) =>
        withSync(new ExitStack(), (stack) => {
          for (const step of steps) step(stack as unknown as AnyStack);
        }),
      using(steps) {
        using stack = new ExitStack();
        for (const step of steps) step(stack as unknown as AnyStack);
      },
      tearingDown: contextManager(function* tearingDown(teardown: () => unknown) {
        try {
          yield;
        } finally {
          teardown();
        }
      }),
    },
  ];
};

/** What can fail. A body fails second if it belongs to a block in a teardown. */
const sources = ['body', 'manager', 'defer', 'adopt', 'use', 'push'] as const;

type Source = (typeof sources)[number];

function failing(source: Source, kind: Kind, error: unknown): Step {
  const fail = () => {
    throw error;
  };
  const steps: Record<Source, Step> = {
    body: (stack) => stack.enterContext(kind.tearingDown(() => kind.block([fail]))),
    manager: (stack) => stack.enterContext(kind.tearingDown(fail)),
    defer: (stack) => stack.defer(fail),
    adopt: (stack) => stack.adopt('value', fail),
    use: (stack) => stack.use({ [kind.symbol]: fail }),
    push: (stack) => stack.push(fail),
  };
  return steps[source];
}

/** A block's own body comes before its teardowns: it only has to throw. */
function failingFirst(source: Source, kind: Kind, error: unknown): Step {
  if (source !== 'body') return failing(source, kind, error);
  return () => {
    throw error;
  };
}

/** How the two are combined; what is registered last fails first. */
const layouts: Record<string, (kind: Kind, first: Step, second: Step) => unknown> = {
  'on one stack': (kind, first, second) => kind.block([second, first]),
  'in nested blocks': (kind, first, second) => kind.block([second, () => kind.block([first])]),
  'under `using`': (kind, first, second) => kind.using([second, first]),
  'in nested blocks under `using`': (kind, first, second) => kind.using([second, () => kind.using([first])]),
};

const errors: [what: string, make: () => [first: unknown, second: unknown]][] = [
  ['two errors', () => [new Error('first'), new TypeError('second')]],
  ['a falsy first error', () => [undefined, new Error('second')]],
  ['a falsy second error', () => [new Error('first'), undefined]],
  ['two falsy errors', () => [undefined, null]],
  ['two frozen errors', () => [Object.freeze(new Error('first')), Object.freeze(new Error('second'))]],
  ['two errors that have causes', () => [new Error('first', { cause: 1 }), new Error('second', { cause: 2 })]],
];

const pairs = sources.flatMap((first) => sources.map((second) => [first, second] as const));

describe.each(builds)('%s', (_build, library) => {
  describe.each(kindsOf(library).map((kind) => [kind.name, kind] as const))('%s', (_name, kind) => {
    describe.each(Object.entries(layouts))('%s', (_layout, fails) => {
      it.each(pairs)('keeps both if %s fails and then %s', async (firstSource, secondSource) => {
        const wrong: string[] = [];
        for (const [what, make] of errors) {
          const [first, second] = make();
          const caught = await errorOf(() =>
            fails(kind, failingFirst(firstSource, kind, first), failing(secondSource, kind, second)),
          );
          const reachable = reachableFrom(caught);
          for (const [which, error] of Object.entries({ first, second }))
            if (!reachable.some((found) => Object.is(found, error))) wrong.push(`${what}: the ${which} is lost`);
          // An error that only tells a manager of an unknown outcome isn't a failure.
          if (reachable.some((found) => found instanceof library.ContextManagerError))
            wrong.push(`${what}: the unknown outcome leaves`);
        }
        expect(wrong).toEqual([]);
      });
    });
  });
});
