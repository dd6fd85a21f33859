import type { Observer } from '../../engine/observer.ts';
import type { SyncRun } from '../../engine/run.ts';
import { isObject, isThenable, kindOf } from '../../support/describe.ts';
import type { Thrown } from '../../protocol.ts';
import { Frame } from './frame.ts';
import type { Hub } from './hub.ts';
import { nameOf } from './names.ts';
import { SeenRun, SeenSyncRun } from './runs.ts';

/** Makes what the drivers ask: it lets a hub see what they do. */
export function makeObserver(hub: Hub): Observer {
  return {
    watch(run, manager, by, isSync) {
      hub.leaks.settle(manager as object);
      if (hub.isTelling) return run;
      return isSync ? new SeenSyncRun(hub, run as SyncRun, manager, by) : new SeenRun(hub, run, manager, by);
    },
    scope(fn, by, run) {
      if (hub.isTelling) return run(() => undefined);
      return seeScope(hub, new Frame(hub, nameOf(fn), by), run);
    },
    hold(exit, thing, by) {
      if (hub.isTelling) return exit;
      const frame = new Frame(hub, nameOf(thing), by);
      frame.openWith('body', () => undefined);
      const seen = (...args: never[]): unknown => {
        frame.exiting();
        return settle(frame, args[0], () => frame.run(() => Reflect.apply(exit, undefined, args) as unknown));
      };
      if (hub.wantsLeaks) hub.leaks.follow(seen, frame.visit);
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

function seeScope<R>(hub: Hub, frame: Frame, run: (tell: () => void) => R): R {
  const isSync = frame.by === 'scopeSync()';
  const tell = () => frame.exiting();
  return settle(frame, undefined, () =>
    frame.openWith('body', () => {
      if (hub.wantsLeaks) hub.leaks.follow(tell, frame.visit);
      if (isSync) frame.enterSync();
      return run(tell);
    }),
  );
}

/** Ends the visit when the function is done, and gives what it gives. */
function settle<R>(frame: Frame, thrown: unknown, act: () => R): R {
  let result: R;
  try {
    result = act();
  } catch (error) {
    frame.end('threw', { error });
    throw error;
  }
  if (!isThenable(result)) {
    frame.end(isSuppressed(thrown, result) ? 'suppressed' : 'returned', isBox(thrown) ? thrown : undefined);
    return result;
  }
  // A lazy thenable is started once, by a promise; of a promise, the driver gets the very same.
  const promise = kindOf(result) === 'Promise' ? result : Promise.resolve(result);
  void promise.then(
    (reply) => frame.end(isSuppressed(thrown, reply) ? 'suppressed' : 'returned', isBox(thrown) ? thrown : undefined),
    (error: unknown) => frame.end('threw', { error }),
  );
  return promise as R;
}

/** What is pushed on a stack answers as `exit` does. */
function isSuppressed(thrown: unknown, reply: unknown): boolean {
  return isBox(thrown) && (reply === true || (isObject(reply) && 'value' in reply));
}

function isBox(thrown: unknown): thrown is Thrown {
  return isObject(thrown) && 'error' in thrown;
}
