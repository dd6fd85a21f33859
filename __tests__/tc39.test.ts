import { describe, expect, it } from '@jest/globals';
import { builds, type Library } from './helpers/builds.ts';
import { errorOf } from './helpers/outcome.ts';

/*
 * What TC39's own tests check on its two stacks, and our tests don't. If the platform has the two stacks, they are
 * checked as well, which validates the table. Not checked: the names of the classes, which are ours, and the prototype
 * for a new target of another realm, which a class can't know.
 */

type Method = (...args: unknown[]) => unknown;

interface AnyStack extends Record<'use' | 'adopt' | 'defer' | 'dispose' | 'disposeAsync', Method> {
  readonly disposed: boolean;
  move(): AnyStack;
}

interface Kind {
  readonly name: string;
  readonly Stack: { new (): AnyStack; readonly prototype: AnyStack };
  readonly isAsync: boolean;
  readonly dispose: 'dispose' | 'disposeAsync';
  readonly symbol: symbol;
  readonly SuppressedError: SuppressedErrorConstructor;
}

type Classes = Pick<Library, 'AsyncExitStack' | 'ExitStack' | 'SuppressedError'>;

const kindsOf = ({ AsyncExitStack, ExitStack, SuppressedError }: Classes): Kind[] => [
  {
    name: 'AsyncDisposableStack',
    Stack: AsyncExitStack as unknown as Kind['Stack'],
    isAsync: true,
    dispose: 'disposeAsync',
    symbol: Symbol.asyncDispose,
    SuppressedError,
  },
  {
    name: 'DisposableStack',
    Stack: ExitStack as unknown as Kind['Stack'],
    isAsync: false,
    dispose: 'dispose',
    symbol: Symbol.dispose,
    SuppressedError,
  },
];

const { AsyncDisposableStack, DisposableStack, SuppressedError } = globalThis;

const platform = {
  AsyncExitStack: AsyncDisposableStack,
  ExitStack: DisposableStack,
  SuppressedError,
} as unknown as Classes;

const nothings = [undefined, null];
const primitives = [true, false, 1, 'text', Symbol('symbol')];
const uncallables = [...nothings, ...primitives, {}];

/** The action, and its result. */
const rows: [name: string, run: (kind: Kind) => unknown, result: unknown][] = [
  ['the class is a constructor', ({ Stack }) => isConstructor(Stack), true],
  [
    'the class inherits from Function, its prototype from Object',
    ({ Stack }) => [inherits(Stack, Function), inherits(Stack.prototype, Object)],
    [true, true],
  ],
  [
    'the class has the property attributes of a built-in',
    ({ Stack }) => ['length', 'name', 'prototype'].map((key) => attributesOf(Stack, key)),
    ['configurable', 'configurable', ''],
  ],
  [
    'the prototype has its class as constructor',
    ({ Stack }) => [Stack.prototype.constructor === Stack, attributesOf(Stack.prototype, 'constructor')],
    [true, 'writable configurable'],
  ],
  [
    'an instance inherits from the prototype, and is extensible',
    ({ Stack }) => [inherits(new Stack(), Stack), Object.isExtensible(new Stack())],
    [true, true],
  ],
  [
    "an instance inherits from the new target's prototype",
    ({ Stack }) => [
      inherits(Reflect.construct(Stack, [], Map), Map),
      inherits(made(Stack, { get: () => Map.prototype }), Map),
    ],
    [true, true],
  ],
  [
    "a new target may have a prototype that isn't an object",
    ({ Stack }) => [...nothings, ...primitives].filter((value) => !inherits(made(Stack, { value }), Stack)),
    [],
  ],
  [
    "a new target may have a prototype that can't be read",
    ({ Stack }) => failures([() => made(Stack, { get: () => rethrow(new RangeError()) })]),
    ['throws RangeError'],
  ],
  [
    'methods have the names and lengths of a built-in',
    (kind) => unique(functionsOf(kind).flatMap((method) => ['name', 'length'].map((key) => attributesOf(method, key)))),
    ['configurable'],
  ],
  ["methods aren't constructors", (kind) => functionsOf(kind).filter(isConstructor), []],
  [
    'methods refuse any other receiver',
    (kind) => failures(methodsOf(kind).flatMap((method) => strangersTo(kind).map((self) => () => method.call(self)))),
    ['throws TypeError'],
  ],
  [
    'dispose() refuses it too, and disposeAsync() rejects',
    async (kind) => {
      const { Stack, dispose, isAsync } = kind;
      const refused = await failures(strangersTo(kind).map((self) => () => Stack.prototype[dispose].call(self)));
      return refused.map((failure) => failure === (isAsync ? 'rejects with TypeError' : 'throws TypeError'));
    },
    [true],
  ],
  ['disposed is read by a getter', (kind) => [getterOf(kind).name, getterOf(kind).length], ['get disposed', 0]],
  [
    "use() refuses what isn't an object",
    ({ Stack }) => failures(primitives.map((value) => () => new Stack().use(value))),
    ['throws TypeError'],
  ],
  [
    "use() refuses a method that is missing or can't be called",
    ({ Stack, symbol }) =>
      failures(
        [symbol, Symbol.dispose].flatMap((key) => uncallables.map((value) => () => new Stack().use({ [key]: value }))),
      ),
    ['throws TypeError'],
  ],
  [
    'use() reads the method at once, and once',
    async ({ Stack, dispose, symbol }) => {
      const events: string[] = [];
      for (const key of [symbol, Symbol.dispose]) {
        const stack = new Stack();
        stack.use({
          get [key]() {
            events.push('read');
            return () => events.push('called');
          },
        });
        events.push('used');
        await stack[dispose]();
      }
      return events;
    },
    ['read', 'used', 'called', 'read', 'used', 'called'],
  ],
  [
    'adopt() takes any value, and returns it',
    async ({ Stack, dispose }) => {
      const stack = new Stack();
      const values = [...uncallables, () => undefined, { [Symbol.dispose]: () => rethrow('not asked to') }];
      const disposed: unknown[] = [];
      const adopted = values.map((value) => stack.adopt(value, (value: unknown) => void disposed.unshift(value)));
      await stack[dispose]();
      return values.filter((value, index) => value !== adopted[index] || value !== disposed[index]);
    },
    [],
  ],
  [
    "adopt() and defer() refuse what can't be called",
    ({ Stack }) =>
      failures(uncallables.flatMap((value) => [() => new Stack().adopt(1, value), () => new Stack().defer(value)])),
    ['throws TypeError'],
  ],
  [
    'a finished stack refuses everything, valid or not',
    ({ Stack, dispose, symbol }) => {
      const stack = new Stack();
      void stack[dispose]();
      return failures(
        [...uncallables, () => undefined, { [symbol]: () => undefined }, { [Symbol.dispose]: () => undefined }].flatMap(
          (value) => [() => stack.use(value), () => stack.adopt(1, value), () => stack.defer(value)],
        ),
      );
    },
    ['throws ReferenceError'],
  ],
  [
    'dispose() undoes in reverse order, sync or async',
    async ({ Stack, dispose, symbol }) => {
      const events: string[] = [];
      const stack = new Stack();
      stack.use({ [symbol]: async () => events.push('used, async') });
      stack.use({ [symbol]: () => events.push('used') });
      stack.use({ [Symbol.dispose]: () => events.push('used, sync') });
      stack.adopt(1, async () => events.push('adopted, async'));
      stack.adopt(1, () => events.push('adopted'));
      stack.defer(async () => events.push('deferred, async'));
      stack.defer(() => events.push('deferred'));
      await stack[dispose]();
      return events;
    },
    ['deferred', 'deferred, async', 'adopted', 'adopted, async', 'used, sync', 'used', 'used, async'],
  ],
  [
    'dispose() begins at once, on a finished stack',
    async ({ Stack, dispose }) => {
      const events: unknown[] = [];
      const stack = new Stack();
      stack.defer(() => events.push(stack.disposed));
      const disposing = stack[dispose]();
      events.push('returned');
      await disposing;
      return events;
    },
    [true, 'returned'],
  ],
  [
    'dispose() does nothing while it is running, or afterwards',
    async ({ Stack, dispose }) => {
      const events: string[] = [];
      const stack = new Stack();
      stack.defer(() => events.push('first'));
      stack.defer(() => {
        events.push('second');
        return stack[dispose]();
      });
      await Promise.all([stack[dispose](), stack[dispose]()]);
      await stack[dispose]();
      return events;
    },
    ['second', 'first'],
  ],
  [
    'dispose() returns undefined, or a promise of it, whatever the argument',
    async ({ Stack, dispose, isAsync }) => {
      const stack = new Stack();
      stack.defer(() => 1);
      const results = [stack[dispose](), stack[dispose]()];
      return [results.every((result) => result instanceof Promise === isAsync), ...(await Promise.all(results))];
    },
    [true, undefined, undefined],
  ],
  [
    'dispose() throws a single error as it is, and undoes the rest',
    async ({ Stack, dispose }) => {
      const events: unknown[] = [];
      const stack = new Stack();
      const error = new RangeError();
      stack.defer(() => events.push('first'));
      stack.defer(() => rethrow(error));
      stack.defer(() => events.push('third'));
      return [(await errorOf(() => stack[dispose]())) === error, ...events];
    },
    [true, 'third', 'first'],
  ],
  [
    'dispose() nests several errors',
    async ({ Stack, dispose, SuppressedError }) => {
      const stack = new Stack();
      for (const name of ['first', 'second', 'third']) stack.defer(() => rethrow(name));
      const outer = (await errorOf(() => stack[dispose]())) as SuppressedError;
      const inner = outer.suppressed as SuppressedError;
      return [outer, inner].flatMap((error) => [
        inherits(error, SuppressedError),
        attributesOf(error, 'error'),
        attributesOf(error, 'suppressed'),
      ]);
    },
    [true, 'writable configurable', 'writable configurable', true, 'writable configurable', 'writable configurable'],
  ],
  [
    "move() returns a new open stack, which isn't an instance of a subclass",
    ({ Stack }) => {
      const stack = new (class extends Stack {})();
      const moved = stack.move();
      return [stack.disposed, moved.disposed, inherits(moved, Stack)];
    },
    [true, false, true],
  ],
  [
    'move() undoes nothing, and keeps the order',
    async ({ Stack, dispose }) => {
      const events: string[] = [];
      const stack = new Stack();
      stack.defer(() => events.push('first'));
      stack.defer(() => events.push('second'));
      const moved = stack.move();
      await stack[dispose]();
      events.push('moved');
      await moved[dispose]();
      return events;
    },
    ['moved', 'second', 'first'],
  ],
];

const asked: readonly (readonly [name: string, classes: Classes])[] =
  'DisposableStack' in globalThis ? [...builds, ['platform', platform]] : builds;

describe.each(asked)('%s', (_name, classes) => {
  describe.each(kindsOf(classes).map((kind) => [kind.name, kind] as const))('%s', (_kind, kind) => {
    it.each(rows)('%s', async (_row, run, result) => {
      expect(await run(kind)).toEqual(result);
    });
  });
});

function getterOf({ Stack }: Kind): Method {
  return Object.getOwnPropertyDescriptor(Stack.prototype, 'disposed')?.get as Method;
}

/** All of them throw when they fail. */
function methodsOf(kind: Kind): Method[] {
  const { use, adopt, defer, move } = kind.Stack.prototype;
  return [use, adopt, defer, move, getterOf(kind)];
}

function functionsOf(kind: Kind): Method[] {
  return [...methodsOf(kind), kind.Stack.prototype[kind.dispose]];
}

function strangersTo({ Stack }: Kind): unknown[] {
  return [...nothings, ...primitives, {}, [], Stack, Stack.prototype];
}

/** A stack made for a new target with such a prototype. */
function made(Stack: Kind['Stack'], prototype: PropertyDescriptor): AnyStack {
  const target = Object.defineProperty(class {}.bind(null), 'prototype', prototype);
  return Reflect.construct<[], AnyStack>(Stack, [], target);
}

function inherits(object: object, { prototype }: { readonly prototype: object }): boolean {
  return Object.getPrototypeOf(object) === prototype;
}

function isConstructor(value: Method | Kind['Stack']): boolean {
  try {
    Reflect.construct(Object, [], value);
    return true;
  } catch {
    return false;
  }
}

function attributesOf(object: object, key: PropertyKey): string {
  const descriptor = Object.getOwnPropertyDescriptor(object, key) ?? rethrow(key);
  return (['writable', 'enumerable', 'configurable'] as const).filter((name) => descriptor[name]).join(' ');
}

function rethrow(error: unknown): never {
  throw error;
}

function unique<T>(values: T[]): T[] {
  return [...new Set(values)];
}

/** How they fail; fails the test if one doesn't. */
async function failures(runs: (() => unknown)[]): Promise<string[]> {
  return unique(await Promise.all(runs.map(failureOf)));
}

async function failureOf(run: () => unknown): Promise<string> {
  let result;
  try {
    result = run();
  } catch (error) {
    return `throws ${(error as Error).name}`;
  }
  return `rejects with ${((await errorOf(() => result)) as Error).name}`;
}
