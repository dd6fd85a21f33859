import { suppressing } from '../../engine/join.ts';
import { isObject, isThenable } from '../../support/describe.ts';
import {
  all,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  enter,
  isAsyncContextManager,
  isContextManager,
  nullContext,
  withAsync,
  withSync,
  type AsyncEnterable,
  type Enterable,
  type Thrown,
} from '../../index.ts';
import { asyncDispose, dispose } from '../../support/symbols.ts';

export type Body = (value: unknown) => unknown;

/** A way to run a block in a manager. */
export interface Way {
  /** How messages continue after "a block that returns". */
  readonly name: string;
  /** Whether the body gets the manager's value. */
  readonly hasValue: boolean;
  /** Whether the manager doesn't get the block's error itself. */
  readonly isUsing: boolean;
  /** Whether it sees a failure even if the block returned. */
  readonly isUnknown: boolean;
  readonly run: (manager: unknown, body: Body) => Promise<unknown>;
}

function way(name: string, run: Way['run'], { hasValue = true, isUsing = false, isUnknown = false } = {}): Way {
  return { name, hasValue, isUsing, isUnknown, run };
}

export const inWithAsync: Way = way('', (manager, body) => withAsync(manager as AsyncEnterable, body));

export const onStack: Way = way(' on an exit stack', (manager, body) =>
  withAsync(new AsyncExitStack<unknown>(), async (stack) => body(await stack.enterContext(manager as AsyncEnterable))),
);

export const underUsing: Way = way(
  ' under using, with complete()',
  (manager, body) =>
    using(manager as AsyncEnterable, async (value, stack) => {
      await body(value);
      stack.complete();
    }),
  { isUsing: true },
);

export const withoutComplete: Way = way(
  ' under using, without complete()',
  (manager, body) => using(manager as AsyncEnterable, body),
  { isUsing: true, isUnknown: true },
);

export const byEnter: Way = way(' in a manager that enters it', (manager, body) =>
  withAsync(entering(manager as AsyncEnterable), (value) => body(value)),
);

export const inAll: Way = way(' in all()', (manager, body) =>
  withAsync(all([nullContext(), manager as AsyncEnterable]), ([, value]) => body(value)),
);

export const decorated: Way = way(
  ' in a decorated function',
  (manager, body) => asyncContextDecorator(manager as AsyncEnterable)(async () => body(undefined))(),
  { hasValue: false },
);

export const byHand: Way = way(' by hand', (manager, body) => {
  const methods = asyncMethodsOf(manager) ?? syncMethodsOf(manager);
  // For anything but a manager, this throws the driver's message.
  return methods ? drive(methods, body) : inWithAsync.run(manager, body);
});

async function drive({ enter, exit }: Methods, body: Body): Promise<void> {
  const value = await enter();
  let thrown: Thrown | undefined;
  try {
    await body(value);
  } catch (error) {
    thrown = { error };
  }
  const answer = await exit(thrown);
  const isSuppressed = answer === true || (isObject(answer) && 'value' in answer);
  if (thrown && !isSuppressed) throw thrown.error;
}

export const inWithSync: Way = way(' in withSync()', async (manager, body) =>
  withSync(manager as Enterable, (value) => body(value) as object),
);

/** `await using`, which not every runtime can parse. */
async function using(
  manager: AsyncEnterable,
  body: (value: unknown, stack: AsyncExitStack<unknown>) => unknown,
): Promise<void> {
  const stack = new AsyncExitStack<unknown>();
  let thrown: Thrown | undefined;
  try {
    await body(await stack.enterContext(manager), stack);
  } catch (error) {
    thrown = { error };
  }
  try {
    await stack.disposeAsync();
  } catch (error) {
    throw suppressing(error, thrown);
  }
  if (thrown) throw thrown.error;
}

const entering = /* @__PURE__ */ asyncContextManager(async function* entering(manager: AsyncEnterable) {
  yield yield* enter(manager);
});

interface Methods {
  enter(): unknown;
  exit(thrown?: Thrown): unknown;
}

/** Enters and exits a manager by hand. A disposable is its own value. */
function asyncMethodsOf(manager: unknown): Methods | undefined {
  if (isAsyncContextManager(manager))
    return { enter: () => manager.enterAsync(), exit: (thrown) => manager.exitAsync(thrown) };
  if (isContextManager(manager) || !isObject(manager) || !(asyncDispose in manager)) return undefined;
  const dispose = () => (manager as unknown as AsyncDisposable)[asyncDispose]();
  return { enter: () => manager, exit: () => dispose().then(() => undefined) };
}

function syncMethodsOf(manager: unknown): Methods | undefined {
  if (isContextManager(manager)) return { enter: () => manager.enter(), exit: (thrown) => manager.exit(thrown) };
  if (isAsyncContextManager(manager) || !isObject(manager) || !(dispose in manager)) return undefined;
  return {
    enter: () => manager,
    exit() {
      (manager as unknown as Disposable)[dispose]();
    },
  };
}

/** Whether to make a new one for each block: a disposable is set up when it is made, and its block uses it up. */
export function isDisposable(manager: unknown): boolean {
  return !isAsyncContextManager(manager) && !isContextManager(manager);
}

/** By hand, for a manager that may be synchronous. Reports it if the manager isn't. */
export function tryingInSync(tell: () => void): Way {
  const watched = (value: unknown) => {
    if (isThenable(value)) tell();
    return value;
  };
  return way(byHand.name, (manager, body) => {
    const methods = syncMethodsOf(manager);
    if (methods)
      return drive({ enter: () => watched(methods.enter()), exit: (thrown) => watched(methods.exit(thrown)) }, body);
    tell();
    return byHand.run(manager, body);
  });
}
