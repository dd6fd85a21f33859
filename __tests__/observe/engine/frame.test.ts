import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { asyncContextManager, withAsync } from '../../../lib/index.ts';
import { Frame } from '../../../lib/observe/engine/frame.ts';
import { Hub, hub } from '../../../lib/observe/engine/hub.ts';
import { observe } from '../../../lib/observe/index.ts';

afterEach(() => void jest.restoreAllMocks());

/** A hub on a platform with these channels. */
function hubWith(channels: unknown): Hub {
  const node = Object.getOwnPropertyDescriptor(globalThis, 'process') ?? {};
  const value = { getBuiltinModule: () => channels };
  Object.defineProperty(globalThis, 'process', { value, configurable: true });
  try {
    return new Hub();
  } finally {
    Object.defineProperty(globalThis, 'process', node);
  }
}

describe('a frame', () => {
  it('needs no channel', () => {
    const lonely = hubWith(undefined);
    expect(lonely.channel).toBeUndefined();
    const frame = new Frame(lonely, 'block', 'withSync()');
    expect(frame.openSync(() => 'set up')).toBe('set up');
    expect(frame.inner).toBeUndefined();
    expect(frame.within(undefined)).toBeUndefined();
    frame.startedAsync();
    frame.entered();
    frame.end('threw', { error: 1 });
    expect(frame.visit.result).toBe('threw');
  });

  it('leaves a body alone if the channel has no listeners', () => {
    const frame = new Frame(new Hub(), 'block', 'withSync()');
    frame.openSync(() => undefined);
    expect(frame.inner).toBeUndefined();
    frame.end('returned');
  });

  it("gives a body the context of a channel that doesn't say whether it has stores", () => {
    const start = { hasSubscribers: true, publish() {}, runStores: (_visit: unknown, fn: () => unknown) => fn() };
    const foreign = hubWith({ tracingChannel: () => ({ start }) });
    const frame = new Frame(foreign, 'block', 'withSync()');
    expect(frame.openSync(() => 'set up')).toBe('set up');
    expect(frame.inner).toBeInstanceOf(Function);
    frame.end('returned');
  });

  it('is followed only if a watch asks for leaks', async () => {
    const block = asyncContextManager(async function* block() {
      yield;
    });
    for (const [options, times] of [[{ onLeak: () => undefined }, 1] as const, [{}, 0] as const]) {
      const watch = observe(options);
      const follow = jest.spyOn(hub().leaks, 'follow');
      await withAsync(block(), () => undefined);
      expect(follow).toHaveBeenCalledTimes(times);
      watch.stop();
    }
  });
});
