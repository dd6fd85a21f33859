// The usual slips, and the compiler's words for each. A comment quotes words from the error below it.

import {
  all,
  asyncContextManager,
  AsyncExitStack,
  closing,
  contextDecorator,
  contextManager,
  enter,
  ExitStack,
  nullContext,
  passing,
  scopeAsync,
  scopeSync,
  suppress,
  taskGroup,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
} from 'withal';

declare const transaction: () => AsyncContextManager<{ readonly id: number }>;
declare const section: () => ContextManager<string>;
declare const recovering: ContextManager<string, 'recovered'>;
declare const entering: ContextManager<Promise<string>>;
declare const exiting: { enter(): string; exit(): Promise<void> };
declare const server: AsyncDisposable;
declare const rows: Generator<number>;
declare const asyncRows: AsyncGenerator<number>;
declare const text: string;
declare const half: { enter(): string };
declare const key: unique symbol;

// The manager function is not called

// refused: Did you forget to call it?
void withAsync(transaction, () => 1);
// refused: Did you forget to call it?
withSync(section, () => 1);
// refused: Did you forget to call it?
void new AsyncExitStack().enterContext(transaction);
// refused: Did you forget to call it?
new ExitStack().enterContext(section);
// refused: Did you forget to call it?
all([section(), transaction]);
// refused: Did you forget to call it?
all({ section });
// refused: Did you forget to call it?
passing(transaction);
asyncContextManager(async function* () {
  // refused: Did you forget to call it?
  yield* enter(transaction);
  yield;
});

// A promise of a manager

// refused: Did you forget await?
void withAsync(Promise.resolve(section()), () => 1);
// refused: Did you forget await?
withSync(Promise.resolve(section()), () => 1);
// refused: Did you forget await?
all([Promise.resolve(section())]);

// An async manager in a sync block

// refused: It is async. Did you mean withAsync()?
withSync(transaction(), () => 1);
// refused: It is async. Did you mean withAsync()?
withSync(server, () => 1);
// refused: It is async. Did you mean withAsync()?
withSync(closing({ async close() {} }), () => 1);
// refused: It is async. Did you mean withAsync()?
withSync(all([transaction()]), () => 1);
// refused: It is async. Did you mean withAsync()?
withSync(exiting, () => 1);
// refused: Its enter() returns a promise. Did you mean withAsync()?
withSync(entering, () => 1);
// refused: Its enter() returns a promise. Did you mean withAsync()?
withSync(nullContext(Promise.resolve(1)), () => 1);
// refused: It is async. Did you mean AsyncExitStack?
new ExitStack().enterContext(transaction());

// A generator instead of a manager

// refused: Did you mean aclosing(), or a manager function?
void withAsync(asyncRows, () => 1);
// refused: Did you mean aclosing(), or a manager function?
withSync(rows, () => 1);

// A generator instead of a body

// refused: Nothing runs a generator. Did you mean scopeAsync()?
void withAsync(transaction(), async function* () {
  yield* enter(section());
});
// refused: Nothing runs a generator. Did you mean scopeAsync()?
void withAsync(transaction(), () => rows);
// refused: Nothing runs a generator. Did you mean scopeAsync()?
void withAsync(transaction(), async () => rows);
// refused: Nothing runs a generator. Did you mean scopeSync()?
withSync(section(), function* () {
  yield* enter(section());
});

// An async body in a sync block

// refused: It returns a promise. Did you mean withAsync()?
withSync(section(), async () => 1);
// refused: It returns a promise. Did you mean withAsync()?
withSync(section(), (): number | Promise<number> => 1);
// refused: It returns a promise. Did you mean scopeAsync()?
scopeSync(function* () {
  yield* enter(section());
  return Promise.resolve(1);
});
// refused: It is async. Did you mean asyncContextDecorator()?
contextDecorator(section())(async () => 1);

// The star is forgotten, or is an await

// In an async generator, the compiler reports this once for each type.

asyncContextManager(async function* () {
  // refused: Write yield* enter(manager).
  yield enter(nullContext(1));
});
asyncContextManager(async function* () {
  // refused: Write yield* enter(manager).
  const value = yield enter(nullContext('a'));

  yield value;
});
asyncContextManager(async function* () {
  // refused: Write yield* enter(manager).
  await enter(nullContext(2n));
  yield;
});
// refused: Write yield* enter(manager).
contextManager(function* () {
  yield enter(section());
});
// refused: Write yield* enter(manager).
void scopeAsync(async function* () {
  yield enter(nullContext(1));
});
void scopeAsync(async function* () {
  // refused: Write yield* enter(manager).
  await enter(nullContext(true));
});
// refused: Write yield* enter(manager).
scopeSync(function* () {
  yield enter(section());
});
// refused: Did you mean a generator, with yield* enter(manager)?
void withAsync(enter(section()), () => 1);

// A sync generator can't enter what is async

contextManager(function* () {
  // refused: Type 'Entering<AsyncContextManager<{ readonly id: number; }, never>>' must have a '[Symbol.iterator]()' method that returns an iterator
  yield* enter(transaction());
  yield;
});

// A scope gives what it returns

// refused: A scope may yield only yield* enter(manager).
void scopeAsync(async function* () {
  yield 1;
});
// refused: A scope may yield only yield* enter(manager).
scopeSync(function* () {
  yield* enter(section());
  yield text;
});

// Suppressing on a stack that doesn't declare it

// refused: It may suppress. Declare the fallback, as in new ExitStack<undefined>().
new ExitStack().enterContext(recovering);
// refused: It may suppress. Declare the fallback, as in new AsyncExitStack<undefined>().
void new AsyncExitStack().enterContext(suppress(TypeError));
// refused: It may suppress. Declare the fallback, as in new ExitStack<undefined>().
new ExitStack().push(() => true);

// Members that aren't entered

// refused: all() ignores members with symbol keys.
all({ section: section(), [key]: section() });
// refused: Write all([a, b]) or all({ a, b }).
all(section);

// Anything else is compared with the parameter's type

// refused: Argument of type 'string' is not assignable to parameter of type 'AsyncEnterable'.
void withAsync(text, () => 1);
// refused: Argument of type 'null' is not assignable to parameter of type 'Enterable'.
withSync(null, () => 1);
// refused: Property 'exit' is missing
void withAsync(half, () => 1);
// refused: Argument of type 'M' is not assignable
export const unconstrained = <M, R>(manager: M, body: () => R) => withAsync(manager, body);

// A typo in a body is nothing but a typo

// refused: Property 'nope' does not exist
void withAsync(transaction(), async (tx) => tx.nope);
// refused: Property 'nope' does not exist
void withAsync(transaction(), async (tx) => tx.nope());
// refused: Property 'nope' does not exist
void withAsync(transaction(), (tx) => tx.nope());
// refused: Cannot find name 'missing'
void withAsync(transaction(), async () => await missing());
// refused: Cannot find name 'missing'
withSync(section(), () => missing());
// refused: Property 'nope' does not exist
void withAsync(taskGroup(), ({ start }) => start(async (signal) => signal.nope));
// refused: Cannot find name 'missing'
void withAsync(new AsyncExitStack(), async (stack) => stack.complete(await missing()));
// refused: Cannot find name 'missing'
void withAsync(all([missing(), transaction()]), async ([, tx]) => tx.id);
