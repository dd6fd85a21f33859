import type { Observer, TellExit } from '../../engine/observer.ts';
import type { SyncRun } from '../../engine/run.ts';
import { isObject, isThenable } from '../../support/describe.ts';
import type { Thrown } from '../../protocol.ts';
import { Frame } from './frame.ts';
import type { Hub } from './hub.ts';
import { nameOf } from './names.ts';
import { SeenRun, SeenSyncRun } from './runs.ts';

/** Makes the observer that the drivers call, which lets a hub see what they do. */
export function makeObserver(hub: Hub): Observer {
  return {
    watch(run, manager, by, isSync) {
      hub.leaks.settle(manager as object);
      if (hub.isTelling) return run;
      return isSync ? new SeenSyncRun(hub, run as SyncRun, manager, by) : new SeenRun(hub, run, manager, by);
    },
    scope(fn, by, run) {
      if (hub.isTelling) return run(() => undefined);
      const frame = new Frame(hub, nameOf(fn), by);
      return by === 'scopeSync()' ? seeScopeSync(frame, run) : (seeScope(frame, run as RunScope<never>) as never);
    },
    hold(exit, thing, by, isSync) {
      if (hub.isTelling) return exit;
      const frame = new Frame(hub, nameOf(thing), by);
      frame.openWith('body', () => undefined);
      frame.startedAsync();
      const seen = (...args: never[]): unknown => {
        frame.exiting();
        const act = () => frame.run(() => Reflect.apply(exit, undefined, args) as unknown);
        return endHeld(frame, args[0], act, isSync);
      };
      return seen as typeof exit;
    },
    owe(thing, debt, name) {
      if (hub.wantsLeaks) hub.leaks.owe(thing, debt, name, () => hub.site());
    },
    settle(thing) {
      hub.leaks.settle(thing);
    },
  };
}

type RunScope<R> = (tell: TellExit) => R;

/** Returns its own promise, so that an unhandled rejection stays unhandled. */
async function seeScope<R>(frame: Frame, run: RunScope<Promise<R>>): Promise<R> {
  try {
    const running = frame.openWith('body', () => run(() => frame.exiting()));
    frame.startedAsync();
    const result = await running;
    frame.end('returned');
    return result;
  } catch (error) {
    frame.end('threw', { error });
    throw error;
  }
}

function seeScopeSync<R>(frame: Frame, run: RunScope<R>): R {
  try {
    const result = frame.openWith('body', () => {
      frame.enterSync();
      return run(() => frame.exiting());
    });
    frame.end('returned', undefined, true);
    return result;
  } catch (error) {
    frame.end('threw', { error }, true);
    throw error;
  }
}

/**
 * Ends the visit when the function that a stack called is done. A sync stack awaits nothing, so this must not touch a
 * promise there. For an async stack, its result must be awaited only once, because that may start a lazy thenable.
 */
function endHeld(frame: Frame, thrown: unknown, act: () => unknown, isSync?: true): unknown {
  let reply: unknown;
  try {
    reply = act();
  } catch (error) {
    frame.end('threw', { error });
    throw error;
  }
  if (!isSync && isThenable(reply)) return new Awaited(frame, thrown, reply);
  conclude(frame, thrown, reply);
  return reply;
}

/** A thenable that passes on another one's result, and then ends the visit. */
class Awaited implements PromiseLike<unknown> {
  private readonly frame: Frame;
  private readonly thrown: unknown;
  private readonly reply: PromiseLike<unknown>;

  constructor(frame: Frame, thrown: unknown, reply: PromiseLike<unknown>) {
    this.frame = frame;
    this.thrown = thrown;
    this.reply = reply;
  }

  then(...[resolve, reject]: Parameters<PromiseLike<unknown>['then']>): never {
    const { frame, thrown } = this;
    return this.reply.then(
      (value) => {
        conclude(frame, thrown, value);
        resolve?.(value);
      },
      (error: unknown) => {
        frame.end('threw', { error });
        reject?.(error);
      },
    ) as never;
  }
}

function conclude(frame: Frame, thrown: unknown, reply: unknown): void {
  frame.end(isSuppressed(thrown, reply) ? 'suppressed' : 'returned', isBox(thrown) ? thrown : undefined);
}

/** A function pushed on a stack returns an answer, like `exit`. */
function isSuppressed(thrown: unknown, reply: unknown): boolean {
  return isBox(thrown) && (reply === true || (isObject(reply) && 'value' in reply));
}

function isBox(thrown: unknown): thrown is Thrown {
  return isObject(thrown) && 'error' in thrown;
}
