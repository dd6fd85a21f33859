import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { keepBoth, reach, suppressing } from '../../lib/engine/join.ts';
import { AsyncExitStack, SuppressedError } from '../../lib/index.ts';
import { hostile, revoked } from '../helpers/hostile.ts';
import { reachableFrom } from '../helpers/outcome.ts';

const { stackTraceLimit } = Error;

afterEach(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

const foreign = runInNewContext('new TypeError("foreign")') as Error;

describe('suppressing', () => {
  it('names both errors, whatever they are', () => {
    const summaries = [new TypeError('outer'), 'text', undefined, { a: 1 }, hostile()].map(
      (error) => (suppressing(error, { error: new Error('inner') }) as Error).message,
    );
    expect(summaries).toEqual([
      'TypeError: outer (after Error: inner)',
      '"text" (after Error: inner)',
      'undefined (after Error: inner)',
      'an object (Object) (after Error: inner)',
      'unreadable (after Error: inner)',
    ]);
    expect(inspect(suppressing('outer', { error: 'inner' }))).toContain('"outer" (after "inner")');
  });
});

describe('a long chain of failures', () => {
  it('has messages that quote at most 200 characters of each error', () => {
    const messageOf = (length: number) =>
      (suppressing(new Error('x'.repeat(length)), { error: undefined }) as Error).message;
    expect([messageOf(193), messageOf(194)]).toEqual([
      `Error: ${'x'.repeat(193)} (after undefined)`,
      `Error: ${'x'.repeat(192)}… (after undefined)`,
    ]);
  });

  it('has messages that stay short', () => {
    let error: unknown = Object.freeze(new Error('first'));
    for (let count = 0; count < 1000; count++)
      error = suppressing(Object.freeze(new Error(`quotes ${String(error)} ${String(error)}`)), { error });
    expect((error as Error).message.length).toBeLessThan(500);
  });

  it('is unwound to its end, whatever it consists of', async () => {
    // Capturing their stacks would take most of the time.
    Error.stackTraceLimit = 0;
    const chain = (count: number) => {
      let error: unknown = new Error('root');
      for (let index = 0; index < count; index++) error = new SuppressedError(new Error('next'), error);
      return error;
    };
    for (const error of [chain(30_000), hostile(), revoked(), new Proxy(new Error(), { has: () => true })]) {
      const stack = new AsyncExitStack();
      const exited: number[] = [];
      for (const index of [1, 2, 3])
        stack.push(() => {
          exited.push(index);
          throw index === 2 ? error : Object.freeze(new Error('frozen'));
        });
      await expect(stack.disposeAsync()).rejects.toBeDefined();
      expect(exited).toEqual([3, 2, 1]);
    }
  });
});

describe('reach', () => {
  const target = new Error('target');

  it.each([
    ['cause', new Error('outer', { cause: target })],
    ['errors', new AggregateError([1, target])],
    ['error', { error: target }],
    ['suppressed', { suppressed: target }],
    ['a long chain', new Error('a', { cause: new AggregateError([{ error: { suppressed: target } }]) })],
    ["errors that aren't an array", Object.assign(new Error('a'), { errors: target })],
    ['itself', target],
  ])('finds the error through %s', (_field, error) => {
    expect(reach(error, target).has(target)).toBe(true);
  });

  it('looks into an array only in errors', () => {
    expect(reach(new Error('listing', { cause: [target] }), target).has(target)).toBe(false);
  });

  it('finds undefined only if it is held', () => {
    expect(reach(new Error('none'), undefined).has(undefined)).toBe(false);
    expect(reach(new Error('held', { cause: undefined }), undefined).has(undefined)).toBe(true);
    expect(reach(keepBoth(new Error('held'), { error: undefined }), undefined).has(undefined)).toBe(true);
  });

  it('terminates for cycles, hostile getters and endless getters', () => {
    const ring = new Error('ring');
    ring.cause = new AggregateError([ring]);
    class Endless extends Error {
      override get cause() {
        return new Endless();
      }
    }
    for (const error of [ring, hostile(), new Endless(), revoked(), { errors: 'none' }])
      expect(reach(error, target).has(target)).toBe(false);
  });
});

describe('keepBoth', () => {
  const keep = (error: unknown, previous: unknown) => keepBoth(error, { error: previous });

  it('leaves an existing link to the pending error alone', () => {
    const [first, second, third] = [new Error('first'), new Error('second'), new Error('third')];
    keep(second, first);
    keep(third, second);
    expect(keep(third, first)).toBe(third);
    expect(third.cause).toBe(second);
    expect(second.cause).toBe(first);
  });

  it('throws an error as it is if none was pending', () => {
    expect(keepBoth('alone', undefined)).toBe('alone');
  });

  it('attaches at the end of the cause chain, as the platform defines a cause', () => {
    const end = new Error('end');
    const next = new Error('next', { cause: end });
    const previous = new Error('previous');
    expect(keep(next, previous)).toBe(next);
    expect(Object.getOwnPropertyDescriptor(end, 'cause')).toEqual({
      value: previous,
      writable: true,
      enumerable: false,
      configurable: true,
    });
    expect(Object.keys(previous)).toEqual([]);
  });

  it('attaches falsy errors too, and attaches to errors of another realm', () => {
    expect(keep(foreign, undefined)).toBe(foreign);
    expect(Object.hasOwn(foreign, 'cause')).toBe(true);
  });

  it('leaves a deliberate translation as it is', () => {
    const previous = new Error('previous');
    const translation = new AggregateError([previous]);
    expect(keep(translation, previous)).toBe(translation);
    expect(translation).not.toHaveProperty('cause');
  });

  const taken = new Error('taken', { cause: 'text' });
  const frozen = Object.freeze(new Error('frozen'));
  const ring = new Error('ring');
  ring.cause = ring;
  const withCause = (get: () => unknown) =>
    Object.defineProperty(new Error('own'), 'cause', { get, configurable: true });
  const failing = () => {
    throw new Error('no');
  };
  const objecting = new Proxy(new Error('proxy'), {
    defineProperty() {
      throw new Error('no');
    },
  });

  it.each([
    ["something that isn't an error", 'text'],
    ['undefined', undefined],
    ['a plain object', {}],
    ['a frozen error', frozen],
    ['an error whose chain ends in something else', taken],
    ['an error that is its own cause', ring],
    ['an error with a hostile cause', hostile()],
    ["an error whose own cause can't be read", withCause(failing)],
    ['an error whose own cause is always another', withCause(() => new Error('another'))],
    ['a proxy that throws', objecting],
  ])('makes a SuppressedError from %s', (_what, next) => {
    const previous = new Error('previous');
    const kept = keep(next, previous) as SuppressedError;
    expect(kept).toHaveProperty('name', 'SuppressedError');
    expect(kept.error).toBe(next);
    expect(kept.suppressed).toBe(previous);
  });

  it('never writes to the pending error, nor to what it holds', () => {
    const inner = new Error('inner');
    const previous = new Error('previous', { cause: inner });
    expect(keep(inner, previous)).toMatchObject({ error: inner, suppressed: previous });
    expect(inner).not.toHaveProperty('cause');
  });

  it('makes no cycle from an error that an inner manager attached to another', () => {
    const first = new Error('first');
    const second = keep(new Error('second'), first);
    const third = keep(new Error('third'), second);
    const unwrapped = keep(first, third);
    expect(unwrapped).toMatchObject({ name: 'SuppressedError', error: first, suppressed: third });
    expect(first).not.toHaveProperty('cause');
    expect(reachableFrom(unwrapped)).toEqual(expect.arrayContaining([first, second, third]));
  });

  it('makes no cycle through a list of errors, whatever comes first in it', () => {
    const error = new Error('teardown');
    const both = keepBoth(error, { error: new AggregateError([undefined, error]) });
    expect([both instanceof SuppressedError, 'cause' in error]).toEqual([true, false]);
  });

  it("doesn't chain together requests that failed with the same error", () => {
    const shared = new Error('shared');
    const first = new Error('first request');
    const second = new Error('second request');
    expect(keep(shared, first)).toBe(shared);
    expect(keep(shared, second)).toMatchObject({ name: 'SuppressedError', error: shared, suppressed: second });
    expect(reachableFrom(shared)).toEqual([shared, first]);
    expect(first).not.toHaveProperty('cause');
    expect(keep(shared, first)).toBe(shared);
  });

  it('shows no request the error of another through a shared root', () => {
    const root = new Error('connection lost');
    const [first, second] = [1, 2].map((request) => {
      const failure = new Error('rollback failed', { cause: root });
      const body = new Error(`body of ${String(request)}`);
      return { body, failure, kept: keep(failure, body) };
    });
    expect(first?.kept).toBe(first?.failure);
    expect(second?.kept).toMatchObject({ error: second?.failure, suppressed: second?.body });
    expect(root.cause).toBe(first?.body);
  });

  it('treats an own cause of undefined as none', () => {
    class HttpError extends Error {
      override readonly cause: unknown = undefined;
    }
    const [error, previous] = [new HttpError('conflict'), new Error('previous')];
    expect(keep(error, previous)).toBe(error);
    expect(error.cause).toBe(previous);
    const [falsy, other] = [new Error('kept'), new Error('other')];
    keep(falsy, undefined);
    expect(keep(falsy, other)).toMatchObject({ error: falsy, suppressed: other });
  });

  it('still attaches to a shared error that was pending before', () => {
    const shared = new Error('shared');
    keep(new Error('teardown'), shared);
    const other = new Error('other request');
    expect(keep(shared, other)).toBe(shared);
    expect(shared.cause).toBe(other);
  });

  it('leaves a link alone that other code has overwritten', () => {
    const next = new Error('next');
    keep(next, new Error('first'));
    next.cause = 'theirs';
    expect(keep(next, new Error('second'))).toHaveProperty('error', next);
  });

  it('is linear in the number of failing teardowns', () => {
    // Capturing their stacks would take most of the time.
    Error.stackTraceLimit = 0;
    const count = 20_000;
    let thrown: unknown = new Error('body');
    for (let index = 0; index < count; index++) thrown = keep(new Error(`teardown ${String(index)}`), thrown);
    for (let index = 0; index < count; index++) thrown = keep(new Error('translation', { cause: thrown }), thrown);
    for (let index = 0; index < count; index++) thrown = keep(Object.freeze(new Error('frozen')), thrown);
    let depth = 0;
    for (let error = thrown as SuppressedError; error; error = (error.suppressed ?? error.cause) as SuppressedError)
      depth++;
    expect(depth).toBe(3 * count + 1);
  }, 10_000);
});
