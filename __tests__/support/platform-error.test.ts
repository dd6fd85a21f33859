import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, timeout, withAsync } from '../../lib/index.ts';
import { abortSource, reasonOf, type AbortSignalLike } from '../../lib/support/abort.ts';
import { platformError } from '../../lib/support/platform-error.ts';
import { errorOf } from '../helpers/outcome.ts';

/** Runs with some globals replaced, like a runtime that lacks something. */
async function without<T>(globals: Record<string, unknown>, run: () => T): Promise<Awaited<T>> {
  const before = Object.entries(globals).map(
    ([name]) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    return await run();
  } finally {
    for (const [name, descriptor] of before) if (descriptor) Object.defineProperty(globalThis, name, descriptor);
  }
}

/** React Native's: it has no reasons, and its signals have no `throwIfAborted()`. */
class OldAbortController {
  readonly signal = Object.assign(new EventTarget(), { aborted: false });

  abort(): void {
    if (this.signal.aborted) return;
    this.signal.aborted = true;
    this.signal.dispatchEvent(new Event('abort'));
  }
}

const waiting = (signal: AbortSignalLike) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason);
    });
  });

describe('on a platform without DOMException', () => {
  it('makes an error of the same name', async () => {
    const error = await without({ DOMException: undefined }, () => platformError('TimeoutError', 'late'));
    expect(error).toMatchObject({ name: 'TimeoutError', message: 'late' });
    expect(Object.keys(error)).toEqual([]);
    expect(platformError('TimeoutError', 'late')).toBeInstanceOf(DOMException);
  });

  it('settles a block that takes too long', async () => {
    const error = await without({ DOMException: undefined }, async () => errorOf(() => withAsync(timeout(1), waiting)));
    expect(error).toMatchObject({ name: 'TimeoutError' });
  });
});

describe('on a platform whose signals have no reason', () => {
  const old = { AbortController: OldAbortController };

  it('gives them one', async () => {
    expect(await without(old, async () => errorOf(() => withAsync(timeout(1), waiting)))).toMatchObject({
      name: 'TimeoutError',
    });
    const source = await without(old, abortSource);
    source.signal.throwIfAborted();
    const reason = new Error('enough');
    source.abort(reason);
    source.abort(new Error('again'));
    expect(source.signal.reason).toBe(reason);
    expect(() => {
      source.signal.throwIfAborted();
    }).toThrow(reason);
    const bare = await without(old, abortSource);
    bare.abort();
    expect(bare.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  it("takes one of the platform's", async () => {
    const controller = new OldAbortController();
    controller.abort();
    const signal = controller.signal as unknown as AbortSignal;
    expect(reasonOf(signal)).toMatchObject({ name: 'AbortError' });
    expect(await errorOf(() => withAsync(timeout(1000, { signal }), () => 'never'))).toMatchObject({
      name: 'AbortError',
    });
    const other = new OldAbortController();
    const block = withAsync(timeout(1000, { signal: other.signal as unknown as AbortSignal }), waiting);
    await new Promise(setImmediate);
    other.abort();
    expect(await errorOf(() => block)).toMatchObject({ name: 'AbortError' });
  });
});

describe('on a platform without AbortController', () => {
  it('says which polyfill is missing', async () => {
    const other = asyncContextManager(async function* other() {
      yield 'value';
    });
    const error = await without({ AbortController: undefined }, async () =>
      errorOf(() => withAsync(timeout(1), waiting)),
    );
    expect(error).toMatchObject({ name: 'TypeError', message: expect.stringContaining('abort-controller/polyfill') });
    expect(await without({ AbortController: undefined }, () => withAsync(other(), (value) => value))).toBe('value');
  });
});
