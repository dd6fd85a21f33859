import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { E_CANCELED, E_TIMEOUT, Mutex, Semaphore, withTimeout, type MutexInterface } from 'async-mutex';
import {
  all,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  enter,
  fromCallback,
  scopeAsync,
  withAsync,
} from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';

const locked = (mutex: Pick<MutexInterface, 'runExclusive'>) => fromCallback((body) => mutex.runExclusive(body));
const permit = (semaphore: Semaphore) => fromCallback<number>((body) => semaphore.runExclusive(body));

const failure = Object.freeze(new RangeError('no'));

describe("fromCallback with async-mutex's runExclusive", () => {
  it('runs one block at a time, in the order of the requests', async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    await Promise.all(
      [1, 2, 3].map((id) =>
        withAsync(locked(mutex), async () => {
          log.push(`begin ${String(id)}`);
          await setTimeout(5 - id);
          log.push(`end ${String(id)}`);
        }),
      ),
    );
    expect(log).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
    expect(mutex.isLocked()).toBe(false);
  });

  it('releases when the block fails, with the same error', async () => {
    const mutex = new Mutex();
    expect(await errorOf(() => withAsync(locked(mutex), () => Promise.reject(failure)))).toBe(failure);
    expect(await errorOf(() => withAsync(locked(mutex), () => Promise.reject(undefined)))).toBeUndefined();
    expect(mutex.isLocked()).toBe(false);
  });

  it('holds the lock until what was entered later has been exited', async () => {
    const mutex = new Mutex();
    const log: unknown[] = [];
    const part = asyncContextManager(async function* part() {
      yield;
      await setTimeout(1);
      log.push(mutex.isLocked());
    });
    await scopeAsync(async function* () {
      yield* enter(locked(mutex));
      yield* enter(part());
    });
    await withAsync(all([locked(mutex), part()]), () => {});
    await withAsync(new AsyncExitStack(), async (stack) => {
      await stack.enterContext(locked(mutex));
      await stack.enterContext(part());
    });
    await asyncContextDecorator(() => locked(mutex))(async () => void log.push(mutex.isLocked()))();
    expect(log).toEqual([true, true, true, true]);
    expect(mutex.isLocked()).toBe(false);
  });

  it("fails with the reason of a canceled wait, and doesn't run the block", async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const holder = withAsync(locked(mutex), () => setTimeout(20));
    const waiting = errorOf(() => withAsync(locked(mutex), () => void log.push('ran')));
    mutex.cancel();
    expect(await waiting).toBe(E_CANCELED);
    await holder;
    expect(log).toEqual([]);
  });

  it('fails if the wait times out, and is free for the next', async () => {
    const mutex = new Mutex();
    const holder = withAsync(locked(mutex), () => setTimeout(50));
    expect(await errorOf(() => withAsync(locked(withTimeout(mutex, 5)), () => {}))).toBe(E_TIMEOUT);
    await holder;
    expect(await withAsync(locked(mutex), () => 'result')).toBe('result');
  });

  it('passes on the value of a semaphore, and never admits more', async () => {
    const semaphore = new Semaphore(3);
    let inside = 0;
    let most = 0;
    const values = await Promise.all(
      Array.from({ length: 30 }, () =>
        withAsync(permit(semaphore), async (value) => {
          inside += 1;
          most = Math.max(most, inside);
          await setTimeout(Math.random() * 3);
          inside -= 1;
          return value;
        }),
      ),
    );
    expect(most).toBe(3);
    expect(new Set(values)).toEqual(new Set([1, 2, 3]));
    expect(semaphore.getValue()).toBe(3);
  });
});
