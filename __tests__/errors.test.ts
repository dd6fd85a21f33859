import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { isError } from '../lib/describe.ts';
import { ContextManagerError, heldBy, reach, keepBoth, suppressing, withoutOutcome } from '../lib/errors.ts';
import { builds, copies } from './support/builds.ts';
import { reachableFrom } from './support/outcome.ts';

const foreign = runInNewContext('new TypeError("foreign")') as Error;

describe.each(builds)('%s', (_build, { ContextManagerError, SuppressedError }) => {
  describe('ContextManagerError', () => {
    const error = new ContextManagerError('ERR_DID_NOT_STOP', 'message', { cause: undefined });

    it('is an error with a code, and a name that its stack shows', () => {
      expect(error).toBeInstanceOf(Error);
      expect(error.code).toBe('ERR_DID_NOT_STOP');
      expect(String(error)).toBe('ContextManagerError: message');
      expect(error.stack).toMatch(/^ContextManagerError: message\n/);
      expect(Object.keys(error)).toEqual(['code']);
    });

    it('has a cause where one is given, be it undefined', () => {
      expect(Object.hasOwn(error, 'cause')).toBe(true);
      expect(Object.hasOwn(new ContextManagerError('ERR_DID_NOT_STOP', 'message'), 'cause')).toBe(false);
    });

    it('is recognised across the copies of the package, its subclasses as usual', () => {
      for (const [, other] of copies) expect(error).toBeInstanceOf(other.ContextManagerError);
      class Special extends ContextManagerError {}
      expect(new Special('ERR_DID_NOT_STOP', '')).toBeInstanceOf(Special);
      expect(new Special('ERR_DID_NOT_STOP', '')).toBeInstanceOf(ContextManagerError);
      expect(error).not.toBeInstanceOf(Special);
      class Renamed extends ContextManagerError {
        override name = 'Renamed';
      }
      expect(new Renamed('ERR_DID_NOT_STOP', '')).toBeInstanceOf(ContextManagerError);
      expect(() => hostile() instanceof ContextManagerError).not.toThrow();
      expect(new Error('other')).not.toBeInstanceOf(ContextManagerError);
      expect({ name: 'ContextManagerError' }).not.toBeInstanceOf(ContextManagerError);
    });
  });

  describe('SuppressedError', () => {
    it('has the shape of the platform’s', () => {
      const error = new SuppressedError(1, 2, 'message');
      expect(error).toBeInstanceOf(SuppressedError);
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).toBe('SuppressedError: message');
      expect([error.error, error.suppressed]).toEqual([1, 2]);
      expect(Object.keys(error)).toEqual([]);
      expect(new SuppressedError(1, 2).message).toBe('');
      expect(Object.getOwnPropertyDescriptor(SuppressedError.prototype, 'name')).toEqual({
        value: 'SuppressedError',
        writable: true,
        enumerable: false,
        configurable: true,
      });
    });

    it('is the platform’s own where there is one', () => {
      const native = (globalThis as { SuppressedError?: unknown }).SuppressedError;
      expect(native === undefined || native === SuppressedError).toBe(true);
    });

    it('is recognised across the copies of the package', () => {
      for (const [, other] of copies) expect(new SuppressedError(1, 2)).toBeInstanceOf(other.SuppressedError);
    });
  });
});

type SuppressedErrorClass = SuppressedErrorConstructor & ((...args: unknown[]) => Error);

const own = await withoutPlatform();
const platform = (globalThis as { SuppressedError?: SuppressedErrorClass }).SuppressedError;

/** The class of a runtime that has none. */
async function withoutPlatform(): Promise<SuppressedErrorClass> {
  const original = Object.getOwnPropertyDescriptor(globalThis, 'SuppressedError');
  delete (globalThis as { SuppressedError?: unknown }).SuppressedError;
  try {
    const again = '../lib/errors.ts?again';
    return ((await import(again)) as { SuppressedError: SuppressedErrorClass }).SuppressedError;
  } finally {
    if (original) Object.defineProperty(globalThis, 'SuppressedError', original);
  }
}

const classes = Object.entries({ own, ...(platform && { platform }) });

describe.each(classes)('SuppressedError, %s', (_whose, SuppressedError) => {
  const hidden = (value: unknown) => ({ value, writable: true, enumerable: false, configurable: true });

  it('has the class of the specification', () => {
    expect(Object.getPrototypeOf(SuppressedError)).toBe(Error);
    expect(Object.getOwnPropertyDescriptors(SuppressedError)).toMatchObject({
      length: { value: 3, writable: false, enumerable: false, configurable: true },
      name: { value: 'SuppressedError', writable: false, enumerable: false, configurable: true },
      prototype: { writable: false, enumerable: false, configurable: false },
    });
    expect(Object.getPrototypeOf(SuppressedError.prototype)).toBe(Error.prototype);
    // The platform's has a message of its own too: the same that every error inherits.
    expect(Object.getOwnPropertyDescriptors(SuppressedError.prototype)).toMatchObject({
      constructor: hidden(SuppressedError),
      name: hidden('SuppressedError'),
    });
  });

  it('has the properties of the specification, in its order', () => {
    const { stack: _stack, ...properties } = Object.getOwnPropertyDescriptors(
      new SuppressedError(1, undefined, 3 as never),
    );
    expect(Object.entries(properties)).toEqual([
      ['message', hidden('3')],
      ['error', hidden(1)],
      ['suppressed', hidden(undefined)],
    ]);
    for (const error of [new SuppressedError(1, 2), new SuppressedError(1, 2, undefined)])
      expect(Object.keys(Object.getOwnPropertyDescriptors(error))).toEqual(['stack', 'error', 'suppressed']);
    expect(() => new SuppressedError(1, 2, Symbol('message') as never)).toThrow(TypeError);
  });

  it('makes instances of what is new', () => {
    class Sub extends SuppressedError {
      readonly extra = 'extra';
    }
    class Other extends SuppressedError {}
    const sub = new Sub(1, 2, 'sub');
    expect(sub).toMatchObject({ error: 1, suppressed: 2, message: 'sub', extra: 'extra' });
    expect(Object.getPrototypeOf(sub)).toBe(Sub.prototype);
    expect(sub).toBeInstanceOf(Sub);
    expect(sub).toBeInstanceOf(SuppressedError);
    expect(sub).not.toBeInstanceOf(Other);
    expect(new SuppressedError(1, 2)).not.toBeInstanceOf(Sub);
    class Foreign {}
    expect(Reflect.construct(SuppressedError, [1, 2], Foreign)).toBeInstanceOf(Foreign);
  });

  it('begins its stack with its name and message, and where it was made', () => {
    const made = (function here() {
      return [new SuppressedError(1, 2, 'message')];
    })();
    for (const { stack } of made) expect(stack).toMatch(/^SuppressedError: message\n +at here /);
  });
});

describe('SuppressedError of its own', () => {
  it('takes what a compiler’s helper makes where there is none, and nothing else', () => {
    const helped = Object.assign(new Error('message'), { name: 'SuppressedError', error: 1, suppressed: 2 });
    expect(helped).toBeInstanceOf(own);
    expect(new Error('message')).not.toBeInstanceOf(own);
    expect({ name: 'SuppressedError' }).not.toBeInstanceOf(own);
    expect(() => hostile() instanceof own).not.toThrow();
    class Sub extends own {}
    expect(helped).not.toBeInstanceOf(Sub);
  });
});

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

describe('isError', () => {
  it.each([
    ['an error', new Error('own'), true],
    ['an error of another realm', foreign, true],
    ['an error by its prototype only', Object.create(Error.prototype) as unknown, true],
    ['a DOMException', new DOMException('aborted', 'AbortError'), true],
    ['an object with a message', { name: 'Error', message: 'no' }, false],
    ['an object whose kind ends like an error', { [Symbol.toStringTag]: 'NoError' }, false],
    ['an object whose kind begins like an error', { [Symbol.toStringTag]: 'Errors' }, false],
    ['undefined', undefined, false],
    ['text', 'Error', false],
  ])('%s', (_what, value, expected) => {
    expect(isError(value)).toBe(expected);
  });

  it('can’t tell of a revoked proxy', () => {
    expect(isError(revoked())).toBe(false);
  });

  it('asks Error.isError where there is one', () => {
    const disguised = Object.assign(runInNewContext('new Error("disguised")') as object, {
      [Symbol.toStringTag]: 'Other',
    });
    expect(isError(disguised)).toBe('isError' in Error);
    const original = Object.getOwnPropertyDescriptor(Error, 'isError');
    Object.defineProperty(Error, 'isError', { value: (value: unknown) => value === disguised, configurable: true });
    try {
      expect(isError(disguised)).toBe(true);
    } finally {
      if (original) Object.defineProperty(Error, 'isError', original);
      else delete (Error as { isError?: unknown }).isError;
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
    ['a long way', new Error('a', { cause: new AggregateError([{ error: { suppressed: target } }]) })],
    ['errors that are no array', Object.assign(new Error('a'), { errors: target })],
    ['itself', target],
  ])('finds the error through %s', (_field, error) => {
    expect(reach(error, target).has(target)).toBe(true);
  });

  it('takes an array for what a field holds, but for errors', () => {
    expect(reach(new Error('listing', { cause: [target] }), target).has(target)).toBe(false);
  });

  it('finds undefined only where it is held', () => {
    expect(reach(new Error('none'), undefined).has(undefined)).toBe(false);
    expect(reach(new Error('held', { cause: undefined }), undefined).has(undefined)).toBe(true);
  });

  it('ends on rings, hostile getters and endless ones', () => {
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

  it('leaves a link of its own that leads to the error that was on its way', () => {
    const [first, second, third] = [new Error('first'), new Error('second'), new Error('third')];
    keep(second, first);
    keep(third, second);
    expect(keep(third, first)).toBe(third);
    expect(third.cause).toBe(second);
    expect(second.cause).toBe(first);
  });

  it('throws an error alone where none was on its way', () => {
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

  it('attaches a falsy error too, and to an error of another realm', () => {
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
  const undefinedCause = new Error('an undefined that was thrown may be what it holds', { cause: undefined });
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
    ['something that is no error', 'text'],
    ['undefined', undefined],
    ['a plain object', {}],
    ['a frozen error', frozen],
    ['an error whose chain ends in something else', taken],
    ['an error that has an undefined cause', undefinedCause],
    ['an error that is its own cause', ring],
    ['an error with a hostile cause', hostile()],
    ['an error whose own cause can’t be read', withCause(failing)],
    ['an error whose own cause is always another', withCause(() => new Error('another'))],
    ['a proxy that objects', objecting],
  ])('makes a SuppressedError of %s', (_what, next) => {
    const previous = new Error('previous');
    const kept = keep(next, previous) as SuppressedError;
    expect(kept).toHaveProperty('name', 'SuppressedError');
    expect(kept.error).toBe(next);
    expect(kept.suppressed).toBe(previous);
  });

  it('never writes to the error that was on its way, nor to what it holds', () => {
    const inner = new Error('inner');
    const previous = new Error('previous', { cause: inner });
    expect(keep(inner, previous)).toMatchObject({ error: inner, suppressed: previous });
    expect(inner).not.toHaveProperty('cause');
  });

  it('makes no ring of an error that an inner manager hung below another', () => {
    const first = new Error('first');
    const second = keep(new Error('second'), first);
    const third = keep(new Error('third'), second);
    const unwrapped = keep(first, third);
    expect(unwrapped).toMatchObject({ name: 'SuppressedError', error: first, suppressed: third });
    expect(first).not.toHaveProperty('cause');
    expect(reachableFrom(unwrapped)).toEqual(expect.arrayContaining([first, second, third]));
  });

  it('does not chain together the requests that failed with the same error', () => {
    const shared = new Error('shared');
    const first = new Error('first request');
    const second = new Error('second request');
    expect(keep(shared, first)).toBe(shared);
    expect(keep(shared, second)).toBe(shared);
    expect(reachableFrom(shared)).toEqual([shared, second]);
    expect(first).not.toHaveProperty('cause');
    expect(keep(shared, first)).toBe(shared);
    expect(reachableFrom(shared)).toEqual([shared, first]);
  });

  it('still attaches to a shared error that was on its way before', () => {
    const shared = new Error('shared');
    keep(new Error('teardown'), shared);
    const other = new Error('other request');
    expect(keep(shared, other)).toBe(shared);
    expect(shared.cause).toBe(other);
  });

  it('takes only a cause for a link of its own', () => {
    const [first, next] = [new Error('first'), new Error('next')];
    keep(next, first);
    expect(heldBy(next)).toEqual([]);
    expect(heldBy(Object.assign(next, { suppressed: first }))).toEqual([first]);
  });

  it('takes a link that somebody else wrote over for theirs', () => {
    const next = new Error('next');
    keep(next, new Error('first'));
    next.cause = 'theirs';
    expect(keep(next, new Error('second'))).toHaveProperty('error', next);
  });

  it('is linear in the number of failing teardowns', () => {
    const count = 50_000;
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

function hostile(): Error {
  const error = new Error('hostile');
  for (const field of ['cause', 'errors', 'error', 'suppressed', 'message', 'name']) {
    Object.defineProperty(error, field, {
      get() {
        throw new Error(`hostile ${field}`);
      },
    });
  }
  return error;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error('revoked'), {});
  revoke();
  return proxy;
}

describe('an unknown outcome', () => {
  it('is kept with no error', () => {
    const unknown = { error: new ContextManagerError('ERR_OUTCOME_UNKNOWN', 'unknown') };
    const error = new Error('teardown');
    expect([keepBoth(error, unknown), suppressing(error, unknown)]).toEqual([error, error]);
    expect(error).not.toHaveProperty('cause');
  });
});

describe('withoutOutcome', () => {
  const outcome = new Error('outcome');
  const suppressed = (error: unknown, below: unknown) => suppressing(error, { error: below });

  it.each<[string, unknown]>([
    ['the outcome', outcome],
    ['a translation', new Error('translation', { cause: outcome })],
    ['a translation on top of the outcome', suppressed(new Error('translation', { cause: outcome }), outcome)],
  ])('leaves nothing of %s', (_what, error) => {
    expect(withoutOutcome(error, outcome)).toBeUndefined();
  });

  it('leaves any other error as it is', () => {
    const others = [undefined, new Error('other'), suppressed(1, 2), new Error('deep', { cause: { cause: outcome } })];
    for (const error of others) expect(withoutOutcome(error, outcome)).toEqual({ error });
  });

  it('takes the outcome out from below other errors', () => {
    expect(withoutOutcome(suppressed('teardown', outcome), outcome)).toEqual({ error: 'teardown' });
    const left = withoutOutcome(suppressed('second', suppressed('first', outcome)), outcome)?.error;
    expect(left).toMatchObject({ error: 'second', suppressed: 'first' });
    expect(reachableFrom(left)).not.toContain(outcome);
  });

  it('ends on a ring', () => {
    const ring = suppressed('teardown', outcome) as { error: unknown; suppressed: unknown };
    ring.error = outcome;
    ring.suppressed = { error: ring, suppressed: ring };
    expect(withoutOutcome(ring, outcome)).toBeDefined();
  });
});
