import { describe, expect, it } from '@jest/globals';
import { SuppressedError } from '../../lib/index.ts';
import { isAbort, withReason } from '../../lib/engine/is-abort.ts';
import { keepBoth } from '../../lib/engine/join.ts';
import { makeUnknownOutcome } from '../../lib/engine/outcome.ts';
import { outcomeUnknown } from '../../lib/support/messages.ts';
import { reachableFrom } from '../helpers/outcome.ts';

const makeReason = () => new Error('stopped', { cause: new Error('why it stopped') });
const abortError = (options?: ErrorOptions) => Object.assign(new Error('aborted', options), { name: 'AbortError' });
const other = new Error('other');

/** The error after a teardown threw it while another was pending. */
const linked = (error: unknown, previous: unknown) => keepBoth(error, { error: previous });

const ring = abortError();
ring.cause = ring;
const unreadable = new Proxy(new Error('hostile'), {
  get() {
    throw new Error('getter');
  },
});

type Make = (reason: Error) => unknown;

const addsNothing: [string, Make][] = [
  ['the reason', (reason) => reason],
  ['a bare AbortError', () => abortError()],
  ['a DOMException', () => new DOMException('aborted', 'AbortError')],
  ['an AbortError with an own cause of undefined', () => abortError({ cause: undefined })],
  ['an AbortError that the reason caused', (reason) => abortError({ cause: reason })],
  ['an AbortError to which this library attached the reason', (reason) => linked(abortError(), reason)],
  ['an AbortError with a cyclic cause', () => ring],
];

const saysMore: [string, Make][] = [
  ['an AbortError with another cause', () => abortError({ cause: 1 })],
  [
    'an AbortError caused by another one',
    (reason) => abortError({ cause: abortError({ cause: new Error('x', { cause: reason }) }) }),
  ],
  ['an AbortError to which this library attached another error', () => linked(abortError(), other)],
  ['one to which it attached undefined', () => linked(abortError(), undefined)],
  ['the reason, if another error was attached to that', (reason) => linked(reason, other)],
  ['an AbortError that such a reason caused', (reason) => abortError({ cause: linked(reason, other) })],
  ['a translation that the reason caused', (reason) => new Error('fetch failed', { cause: reason })],
  ['an AggregateError of the reason', (reason) => new AggregateError([reason, abortError()])],
  ['a teardown that failed in the meantime', (reason) => new SuppressedError(other, reason)],
  ["an error that can't be read", () => unreadable],
  ['another error', () => other],
  ['an object that only looks like an AbortError', () => ({ name: 'AbortError' })],
  ['undefined', () => undefined],
];

describe('isAbort', () => {
  it.each(addsNothing)('returns true for %s', (_what, make) => {
    const reason = makeReason();
    expect(isAbort(make(reason), { reason })).toBe(true);
  });

  it.each(saysMore)('returns false for %s', (_what, make) => {
    const reason = makeReason();
    expect(isAbort(make(reason), { reason })).toBe(false);
  });

  it.each([undefined, null, 0, '', NaN, 'stopped'])('returns true for the reason %p', (reason) => {
    expect(isAbort(reason, { reason })).toBe(true);
  });
});

describe('withReason', () => {
  it.each(addsNothing)('returns the reason instead of %s', (_what, make) => {
    const reason = makeReason();
    expect(withReason(make(reason), { reason })).toBe(reason);
  });

  const readable = saysMore.filter(([, make]) => make(makeReason()) !== unreadable);

  it.each(readable)('keeps both the reason and %s', (_what, make) => {
    const reason = makeReason();
    const error = make(reason);
    const reachable = reachableFrom(withReason(error, { reason }));
    expect(reachable).toContain(error);
    expect(reachable).toContain(reason);
  });

  it('returns any other error itself, with the reason as its cause', () => {
    const error = new Error('other');
    const reason = makeReason();
    expect(withReason(error, { reason })).toBe(error);
    expect(error.cause).toBe(reason);
  });

  it('attaches nothing to an unknown outcome', () => {
    const { error } = makeUnknownOutcome(outcomeUnknown({}));
    expect(withReason(error, { reason: makeReason() })).toBe(error);
    expect((error as Error).cause).toBeUndefined();
  });
});
