import { isAsyncContextManager } from '../is-async-context-manager.ts';
import { isContextManager } from '../is-context-manager.ts';
import type { Thrown } from '../protocol.ts';
import { isGenerator, isObject, isThenable, kindOf, markHandled } from '../support/describe.ts';
import { enterReturnedPromise, exitReturnedPromise, notEnterable } from '../support/messages.ts';
import { asyncDispose, dispose } from '../support/symbols.ts';
import { suppressing } from './join.ts';
import { observed, slot } from './observer.ts';
import { isRequest, newRun, type Run, type Step, type SyncRun } from './run.ts';

/** Returns a {@link Run} for whatever `withAsync` takes. Nothing is entered yet. */
export function adaptAsync(value: unknown, caller: string): Run {
  const run =
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it doesn't know optional unique symbols
    (value as Renewable | undefined)?.[newRun]?.() ??
    managerRunAsync(value, 'enterAsync', 'exitAsync') ??
    managerRunAsync(value, 'enter', 'exit') ??
    disposableRunAsync(value);
  if (run) return observed(run, value, caller);
  throw notEnterable(caller, value);
}

/** Returns a {@link Run} for whatever `withSync` takes. Nothing is entered yet. */
export function adaptSync(value: unknown, caller: string, asyncForm?: string): SyncRun {
  const own = isContextManager(value) ? (value as Renewable)[newRun]?.(true) : undefined;
  const run = (own as SyncRun | undefined) ?? foreignRunSync(value, caller, asyncForm);
  // `observed` is too big to inline: a block with an object would take 1.6 times as long as one by hand, instead of
  // 1.5.
  return slot.observer ? observed(run, value, caller, true) : run;
}

function foreignRunSync(value: unknown, caller: string, asyncForm = 'withAsync()'): SyncRun {
  const run = managerRunSync(value, asyncForm) ?? disposableRunSync(value);
  if (run) return run;
  throw notEnterable(
    caller,
    value,
    isAsyncContextManager(value) || methodOf(value, asyncDispose) ? `Did you mean ${asyncForm}?` : undefined,
  );
}

/** Whether {@link adaptAsync} takes the value. */
export function isEnterable(value: unknown): boolean {
  return (
    // First, because it is the quickest to ask, and `enter` asks on each entry.
    typeof (value as Renewable | undefined)?.[newRun] === 'function' ||
    isAsyncContextManager(value) ||
    isSyncEnterable(value) ||
    methodOf(value, asyncDispose) !== undefined
  );
}

/** Whether {@link adaptSync} takes the value. Adapting it to find out would call a manager's generator function. */
export function isSyncEnterable(value: unknown): boolean {
  return !isGenerator(value) && (isContextManager(value) || methodOf(value, dispose) !== undefined);
}

interface Renewable {
  [newRun]?(isSync?: true): Run;
}

/** Starts another run of a manager of this package. */
export function renew(manager: object): Run {
  return (manager as Required<Renewable>)[newRun]();
}

type Enter = () => unknown;

type Exit = (thrown?: Thrown) => unknown;

/** The run of an object with `enterAsync` and `exitAsync`, or with `enter` and `exit`. */
export function managerRunAsync(manager: unknown, enterName: string, exitName: string): Run | undefined {
  const enter = methodOf(manager, enterName);
  const exit = methodOf(manager, exitName);
  return enter && exit && runOfAsync(true, enter, exit);
}

function managerRunSync(manager: unknown, asyncForm: string): SyncRun | undefined {
  if (!isObject(manager) || isGenerator(manager)) return undefined;
  const { enter, exit } = manager;
  if (typeof enter !== 'function' || typeof exit !== 'function') return undefined;
  return new ManagerRun(manager, enter as Enter, exit as Exit, asyncForm);
}

/**
 * It's a class, because closures over the methods would cost three times as much as everything else. It calls the
 * methods that were checked.
 */
class ManagerRun implements SyncRun {
  private readonly manager: unknown;
  private readonly enter: Enter;
  private readonly exit: Exit;
  private readonly asyncForm: string;
  private isEntered = false;

  constructor(manager: unknown, enter: Enter, exit: Exit, asyncForm: string) {
    this.manager = manager;
    this.enter = enter;
    this.exit = exit;
    this.asyncForm = asyncForm;
  }

  next(): Step {
    if (this.isEntered) return { done: true, value: void refusePromise(Reflect.apply(this.exit, this.manager, [])) };
    this.isEntered = true;
    const value: unknown = Reflect.apply(this.enter, this.manager, []);
    if (isThenable(value) && !isRequest(value)) throw this.refuseEntry(value);
    return { done: false, value };
  }

  throw(error: unknown): Step {
    return lastStep(error, refusePromise(Reflect.apply(this.exit, this.manager, [{ error }])));
  }

  /** Exits once the entry has settled. No block waits for that. A lazy thenable isn't started. */
  private refuseEntry(value: PromiseLike<unknown>): TypeError {
    const error = enterReturnedPromise(value, this.asyncForm);
    markHandled(value);
    if (kindOf(value) === 'Promise')
      void value.then(
        async () => this.exitLate(error),
        () => undefined,
      );
    return error;
  }

  /** A failure here is an unhandled rejection, unless it's the error that the exit got. */
  private async exitLate(error: TypeError): Promise<void> {
    try {
      await Reflect.apply(this.exit, this.manager, [{ error }]);
    } catch (failure) {
      if (failure !== error) throw failure;
    }
  }
}

function disposableRunAsync(resource: unknown): Run | undefined {
  // As with `await using`, null means no method, and anything else that can't be called is a TypeError.
  const isAsync = isObject(resource) && (resource[asyncDispose] ?? null) !== null;
  const disposal = methodOf(resource, isAsync ? asyncDispose : dispose);
  return (
    disposal &&
    runOfAsync(
      false,
      () => resource,
      async (thrown) => {
        try {
          // As with `await using`, the result of a sync disposal isn't awaited.
          await (isAsync ? disposal() : void disposal());
        } catch (error) {
          throw suppressing(error, thrown);
        }
      },
    )
  );
}

function disposableRunSync(resource: unknown): SyncRun | undefined {
  const disposal = methodOf(resource, dispose);
  return (
    disposal &&
    runOf(
      () => resource,
      (thrown) => {
        try {
          disposal();
        } catch (error) {
          throw suppressing(error, thrown);
        }
      },
    )
  );
}

/**
 * Returns a run made from two functions. A promise from `enter` is awaited, unless it's a disposable, which is its own
 * value.
 */
export function runOfAsync(isAwaited: boolean, enter: Enter, exit: Exit): Run {
  let isEntered = false;
  return {
    async next() {
      if (isEntered) return { done: true, value: void (await exit()) };
      isEntered = true;
      const value = enter();
      // Awaits only a promise, because each await takes a turn of the queue.
      return { done: false, value: isAwaited && isThenable(value) && !isRequest(value) ? await value : value };
    },
    throw: async (error) => lastStep(error, await exit({ error })),
  };
}

/** {@link runOfAsync} for a sync driver. */
export function runOf(enter: Enter, exit: Exit): SyncRun {
  let isEntered = false;
  return {
    next() {
      if (isEntered) return { done: true, value: void exit() };
      isEntered = true;
      return { done: false, value: enter() };
    },
    throw: (error) => lastStep(error, exit({ error })),
  };
}

/** Ends a run with a manager's answer: only `true` and `{ value }` suppress the error. */
function lastStep(error: unknown, reply: unknown): Step {
  if (reply === true || (isObject(reply) && 'value' in reply))
    return { done: true, value: (reply as { value?: unknown }).value };
  throw error;
}

/** From Node 24 on, generators are disposables, but disposing of one doesn't run it. */
export function methodOf(value: unknown, key: PropertyKey): Exit | undefined {
  const method = isObject(value) && !isGenerator(value) && value[key];
  // Binding it would take a third of the time of the whole entry and exit.
  return typeof method === 'function' ? (...args) => Reflect.apply(method, value, args) as unknown : undefined;
}

export function refusePromise(reply: unknown): unknown {
  if (!isThenable(reply)) return reply;
  markHandled(reply);
  throw exitReturnedPromise(reply);
}
