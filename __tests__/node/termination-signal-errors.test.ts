import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { asyncContextManager, closing, SuppressedError, timeout, withAsync, withSync } from '../../lib/index.ts';
import { nodeBuilds } from '../helpers/builds.ts';
import { errorOf, outcomeOf } from '../helpers/outcome.ts';

const { exitCode } = process;

afterEach(() => {
  process.exitCode = exitCode;
});

const abortError = (options?: ErrorOptions) =>
  Object.assign(new Error('This operation was aborted', options), { name: 'AbortError' });

const raise = () => {
  throw new Error('getter');
};

/** Each makes an error from the reason of a signal that has aborted. */
type Make = (reason: Error) => unknown;

const addNothing: [string, Make][] = [
  ['the reason', (reason) => reason],
  ['an AbortError that the reason caused', (cause) => abortError({ cause })],
  ['an AbortError without a cause', () => abortError()],
  ['an AbortError whose cause is undefined', () => abortError({ cause: undefined })],
  ['an AbortError of the platform', () => new DOMException('aborted', 'AbortError')],
  [
    'an AbortError that is its own cause',
    () =>
      Object.defineProperty(abortError(), 'cause', {
        get() {
          return this as unknown;
        },
      }),
  ],
];

const addSomething: [string, Make][] = [
  ['another error', () => new Error('other')],
  ['an error that the reason caused', (cause) => new Error('ROLLBACK failed', { cause })],
  ['an error with a code that the reason caused', (cause) => Object.assign(new Error('exit', { cause }), { code: 3 })],
  ['an AbortError with another cause', () => abortError({ cause: new Error('other') })],
  [
    'an AbortError with another cause, which the reason caused',
    (cause) => abortError({ cause: new Error('other', { cause }) }),
  ],
  ['an AbortError of an AbortError', (cause) => abortError({ cause: abortError({ cause }) })],
  ["an AbortError whose cause isn't an error", () => abortError({ cause: 0 })],
  ['several errors that only repeat it', (reason) => new AggregateError([reason, abortError()])],
  ['a teardown that failed in the meantime', (reason) => new SuppressedError(new Error('teardown'), reason)],
  ["something that isn't an error", () => ({ name: 'AbortError' })],
  ['undefined', () => undefined],
  ["an error that can't be read", () => Object.defineProperty(new Error('hostile'), 'name', { get: raise })],
];

/** Waits, and rejects when the signal aborts, as libraries do it. */
const waiters: [string, (signal: AbortSignal) => Promise<unknown>][] = [
  ['a timer', (signal) => sleep(60_000, undefined, { signal })],
  ['an event', (signal) => once(new EventTarget(), 'never', { signal })],
  ['a file', (signal) => readFile('package.json', { signal })],
  ['a pipeline', (signal) => pipeline(new Readable({ read() {} }), new PassThrough(), { signal })],
  ['a child process', (signal) => promisify(execFile)('sleep', ['60'], { signal })],
  [
    'a combined signal',
    async (signal) => sleep(60_000, undefined, { signal: AbortSignal.any([signal, AbortSignal.timeout(60_000)]) }),
  ],
];

describe.each(nodeBuilds)('%s', (_build, { terminationSignal }) => {
  const interrupt = () => process.emit('SIGINT', 'SIGINT');

  describe('the error of a block that got a signal', () => {
    const end = (make: Make) => (signal: AbortSignal) => {
      interrupt();
      throw make(signal.reason as Error);
    };

    it.each(addNothing)('is suppressed: %s', async (_what, make) => {
      expect(await outcomeOf(() => withSync(terminationSignal(), end(make)))).toEqual({ value: undefined });
      expect(await outcomeOf(() => withAsync(terminationSignal(), end(make)))).toEqual({ value: undefined });
    });

    it.each(addSomething)('is thrown: %s', async (_what, make) => {
      let made: unknown;
      const body = end((reason) => (made = make(reason)));
      const error = await errorOf(() => withAsync(terminationSignal(), body));
      expect(Object.is(error, made)).toBe(true);
    });

    it.each(waiters)('is suppressed if it comes from Node: %s', async (_what, wait) => {
      const body = async (signal: AbortSignal) => {
        setImmediate(interrupt);
        return Promise.all([wait(signal), once(signal, 'abort')]);
      };
      expect(await outcomeOf(() => withAsync(terminationSignal(), body))).toEqual({ value: undefined });
    });

    it('is suppressed if a timeout passes on the signal', async () => {
      const body = (signal: AbortSignal) =>
        withAsync(timeout(60_000, { signal }), (inner) => {
          interrupt();
          return sleep(60_000, undefined, { signal: inner });
        });
      expect(await outcomeOf(() => withAsync(terminationSignal(), body))).toEqual({ value: undefined });
    });

    it('is thrown if a teardown links it to another error', async () => {
      const failed = new Error('body');
      const aborting = closing({ close: () => Promise.reject(abortError()) });
      const body = () =>
        withAsync(aborting, () => {
          interrupt();
          throw failed;
        });
      const error = await errorOf(() => withAsync(terminationSignal(), body));
      expect(error).toMatchObject({ name: 'AbortError', cause: failed });
    });

    it('is suppressed if a teardown links an AbortError to the reason', async () => {
      const aborting = asyncContextManager(async function* aborting() {
        try {
          yield;
        } finally {
          throw abortError();
        }
      });
      const body = (signal: AbortSignal) =>
        withAsync(aborting(), () => {
          interrupt();
          signal.throwIfAborted();
        });
      expect(await outcomeOf(() => withAsync(terminationSignal(), body))).toEqual({ value: undefined });
    });
  });

  describe('the error of a block that got no signal', () => {
    it.each<[string, unknown]>([
      ['an AbortError', abortError()],
      ["undefined, which is the reason of a signal that hasn't aborted", undefined],
    ])('is thrown: %s', async (_what, thrown) => {
      const body = () => {
        throw thrown;
      };
      expect(await errorOf(() => withSync(terminationSignal(), body))).toBe(thrown);
    });
  });
});
