import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';

class Own extends Error {}

class Duck {}

function OldStyle(this: Error) {
  this.message = 'old';
}
OldStyle.prototype = Object.create(Error.prototype) as unknown;
(OldStyle.prototype as { constructor: unknown }).constructor = OldStyle;

const foreign = runInNewContext(
  `({
    error: new TypeError("foreign"),
    TypeError,
    aggregate: new AggregateError([new TypeError("a"), 1]),
    trap: new WebAssembly.RuntimeError(),
  })`,
) as {
  error: Error;
  trap: Error;
  TypeError: typeof TypeError;
  aggregate: AggregateError;
};

const Trap = runInNewContext('WebAssembly.RuntimeError') as ErrorConstructor;

const isFalsy = (error: unknown) => !error;

// A function that isn't an arrow has a prototype, as a class does.
function isOne(error: unknown) {
  return error === 1;
}

const { Error: isTwo } = {
  Error: function Error(error: unknown) {
    return error === 2;
  },
};

function ofNothing(error: unknown) {
  return error === 3;
}
ofNothing.prototype = { constructor: 1 };

/** The class as an instrumentation passes it on. */
function traced(original: new () => Error): new () => Error {
  const proxy = new Proxy(original, {});
  (original as { prototype: { constructor: unknown } }).prototype.constructor = proxy;
  return proxy;
}

function withErrors(error: Error, errors: unknown): Error {
  return Object.assign(error, { errors });
}

// Node's is written in JavaScript, and so are those of other hosts.
const { DOMException: ForeignDOMException } = { DOMException: class DOMException extends Error {} };

describe.each(builds)('%s', (_build, { AsyncExitStack, suppress, withAsync, withSync }) => {
  describe('suppress', () => {
    const outcome = (manager: ReturnType<typeof suppress>, error: unknown) =>
      outcomeOf(() =>
        withSync(manager, () => {
          throw error;
        }),
      );

    it.each<[string, ReturnType<typeof suppress>, unknown, boolean]>([
      ['an error of the class', suppress(TypeError), new TypeError(), true],
      ['an error of a subclass', suppress(Error), new Own(), true],
      ['an error of another class', suppress(TypeError), new RangeError(), false],
      ['an error of one of the classes', suppress(TypeError, RangeError), new RangeError(), true],
      ["an instance of a class that isn't an error", suppress(Duck), new Duck(), true],
      ['something else', suppress(Duck), new Error(), false],
      [
        'an error of an old-style class',
        suppress(OldStyle as never),
        Object.create(OldStyle.prototype as object),
        true,
      ],
      ["something that isn't an error", suppress(Error), 'text', false],
      ['an error of another realm', suppress(TypeError), foreign.error, true],
      ['an error, by a class of another realm', suppress(foreign.TypeError), new TypeError(), true],
      ['an error of another realm, by a base', suppress(Error), foreign.error, true],
      ['an error of another realm, by another class', suppress(RangeError), foreign.error, false],
      ['a DOMException', suppress(DOMException), new DOMException('aborted', 'AbortError'), true],
      ['a DOMException of a host that wrote it in JavaScript', suppress(DOMException), new ForeignDOMException(), true],
      ["a platform's error that isn't one of JavaScript's", suppress(Trap), foreign.trap, true],
      ['an error that a predicate accepts', suppress((error) => error === 1), 1, true],
      ['an error that a predicate rejects', suppress((error) => error === 1), 2, false],
      ['an error that a predicate with a prototype accepts', suppress(isOne), 1, true],
      ['an error that a predicate with a prototype rejects', suppress(isOne), new Error(), false],
      ['an error that a predicate named Error accepts', suppress(isTwo), 2, true],
      ['an error that a predicate with an odd prototype accepts', suppress(ofNothing), 3, true],
      [
        'an error that a predicate accepts whose source mentions a class',
        suppress((error) => error === 'class'),
        'class',
        true,
      ],
      ['undefined', suppress(isFalsy), undefined, true],
      ['anything, without a matcher', suppress(), new Error(), false],
      ['an AggregateError as a whole', suppress(AggregateError), new AggregateError([new Own()]), true],
      [
        'an AggregateError by all of its errors',
        suppress(TypeError, Own),
        new AggregateError([new Own(), new TypeError()]),
        true,
      ],
      [
        'a nested AggregateError',
        suppress(Own),
        new AggregateError([new AggregateError([new Own()]), new Own()]),
        true,
      ],
      ['an AggregateError without a match', suppress(Own), new AggregateError([1, new AggregateError([2])]), false],
      ['an empty AggregateError', suppress(Own), new AggregateError([]), false],
      ['an AggregateError without its errors', suppress(Own), withErrors(new AggregateError([]), undefined), false],
      ['another error that has errors', suppress(Own), withErrors(new Error(), [new Own()]), false],
    ])('%s', async (_what, manager, error, isSuppressed) => {
      const ended = (await outcome(manager, error)) as { error?: unknown };
      expect(ended).toStrictEqual(isSuppressed ? { value: undefined } : { error });
      expect(ended.error).toBe(isSuppressed ? undefined : error);
      expect(await outcomeOf(() => manager.exit({ error }))).toEqual({ value: isSuppressed });
    });

    it('narrows an AggregateError to one of its class, with its fields and stack', async () => {
      class Failures extends AggregateError {
        readonly code: string;
        constructor(errors: unknown[], message: string, code: string) {
          super(errors, message, { cause: 'the cause' });
          this.code = code;
        }
        describe() {
          return `${this.code}: ${String(this.errors.length)}`;
        }
      }
      const given = new Failures([new TypeError('suppressed'), new RangeError('left')], 'two failed', 'E_TWO');
      const before = Object.getOwnPropertyDescriptors(given);
      const { error } = (await outcome(suppress(TypeError), given)) as { error: Failures };
      expect(error).toBeInstanceOf(Failures);
      expect(error).toMatchObject({ message: 'two failed', code: 'E_TWO', cause: 'the cause', stack: given.stack });
      expect(error.errors).toEqual([given.errors[1]]);
      expect(error.describe()).toBe('E_TWO: 1');
      expect(Object.keys(error)).toEqual(Object.keys(given));
      expect(Object.getOwnPropertyDescriptors(given)).toEqual(before);
      const bare = new AggregateError([new TypeError(), 1]);
      Reflect.deleteProperty(bare, 'stack');
      expect(await outcome(suppress(TypeError), bare)).toMatchObject({
        error: { errors: [1], stack: expect.any(String) },
      });
    });

    it('asks a predicate about the error, and about each error it holds', async () => {
      const asked: unknown[] = [];
      const held = new Own();
      const unreadable = Object.defineProperty(new AggregateError([1]), 'errors', {
        get() {
          throw new Error('getter');
        },
      });
      const error = new AggregateError([held, unreadable]);
      await outcome(
        suppress((given) => {
          asked.push(given);
          return false;
        }),
        error,
      );
      expect(asked).toEqual([error, held, unreadable]);
    });

    it('throws the rest of an AggregateError in a new one, unchanged', async () => {
      const [first, second] = [new RangeError('first'), new RangeError('second')];
      const cause = new Error('cause');
      const error = new AggregateError([first, new Own(), new AggregateError([new Own(), second], 'inner')], 'outer', {
        cause,
      });
      const left = (await errorOf(() =>
        withSync(suppress(Own), () => {
          throw error;
        }),
      )) as AggregateError;
      expect(left).toBeInstanceOf(AggregateError);
      expect([left.message, left.cause]).toEqual(['outer', cause]);
      expect(left.errors[0]).toBe(first);
      expect(left.errors[1]).toMatchObject({ message: 'inner', errors: [second] });
      expect(left.errors[1]).not.toHaveProperty('cause');
      expect(reachableFrom(left)).not.toContain(error);
      const only = (await errorOf(() =>
        withSync(suppress(Own), () => {
          throw new AggregateError([new AggregateError([new Own(), second])]);
        }),
      )) as AggregateError;
      expect(only.errors).toMatchObject([{ errors: [second] }]);
      const stacked = await errorOf(() =>
        withAsync(new AsyncExitStack<undefined>(), async (stack) => {
          await stack.enterContext(suppress(Own));
          throw error;
        }),
      );
      expect(reachableFrom(stacked)).not.toContain(error);
    });

    it('splits an AggregateError of another realm', async () => {
      const { error } = (await outcome(suppress(TypeError), foreign.aggregate)) as { error: AggregateError };
      expect(error.errors).toEqual([1]);
    });

    it('terminates for an AggregateError that holds itself', async () => {
      const ring = new AggregateError([new Own()]);
      ring.errors.push(ring);
      const { error } = (await outcome(suppress(Own), ring)) as { error: AggregateError };
      expect(error.errors).toEqual([ring]);
    });

    it("doesn't mistake a class of the same name for the platform's", async () => {
      const { SyntaxError: Mine } = { SyntaxError: class SyntaxError extends Error {} };
      const [mine, native] = [new Mine('mine'), new SyntaxError('native')];
      expect(await outcome(suppress(Mine), native)).toEqual({ error: native });
      expect(await outcome(suppress(SyntaxError), mine)).toEqual({ error: mine });
    });

    it("doesn't mistake a class of the same name for its twin, even if its source is hidden or mentions native code", async () => {
      const [first, second] = [0, 1].map(() => traced(class NotFound extends Error {}));
      const [third, fourth] = [0, 1].map(
        () =>
          class Missing extends Error {
            override message = '[native code]';
          },
      );
      for (const [matcher, Other] of [
        [first, second],
        [third, fourth],
      ] as [new () => Error, new () => Error][]) {
        const [own, other] = [new matcher(), new Other()];
        expect(await outcome(suppress(matcher), own)).toEqual({ value: undefined });
        expect(await outcome(suppress(matcher), other)).toEqual({ error: other });
      }
    });

    it('asks about each error once, however often it is held', async () => {
      let asked = 0;
      const isOwn = (error: unknown) => {
        asked += 1;
        return error instanceof Own;
      };
      let shared: Error = new Own();
      for (let level = 0; level < 50; level++) shared = new AggregateError([shared, shared]);
      expect(await outcome(suppress(isOwn), shared)).toEqual({ value: undefined });
      expect(asked).toBe(51);
    });

    it('treats a hostile error as no match', async () => {
      const hostile = (error: Error, field: string) =>
        Object.defineProperty(error, field, {
          get() {
            throw new Error('getter');
          },
        });
      const { proxy, revoke } = Proxy.revocable(new Error('revoked'), {});
      revoke();
      const errors = [
        hostile(new RangeError(), 'constructor'),
        hostile(new AggregateError([1]), 'errors'),
        Object.assign(new RangeError(), { constructor: 1 }),
        Object.assign(new RangeError(), { constructor: { name: 'TypeError' } }),
        proxy,
      ];
      for (const error of errors) {
        const { error: caught } = (await outcome(suppress(TypeError), error)) as { error: unknown };
        expect(Object.is(caught, error)).toBe(true);
      }
    });

    it('leaves a block that returns alone, and can be used many times', async () => {
      const manager = suppress(Error);
      expect(withSync(manager, () => withSync(manager, () => 'result'))).toBe('result');
      const rejecting = () => withAsync(manager, async () => Promise.reject(new Own()));
      expect(await outcomeOf(rejecting)).toEqual({ value: undefined });
      expect(manager.exit()).toBe(false);
    });

    it('keeps the error if a predicate throws or returns a promise', async () => {
      const error = new Error('body');
      const failing = suppress(() => {
        throw new Error('predicate');
      });
      expect(await outcome(failing, error)).toHaveProperty('error.cause', error);
      const later = suppress((async () => Promise.reject(new Error('unseen'))) as never);
      const { error: refusal } = (await outcome(later, error)) as { error: Error };
      expect(refusal).toBeInstanceOf(TypeError);
      expect(refusal.cause).toBe(error);
    });

    it('shows only its name', () => {
      expect(JSON.parse(JSON.stringify(suppress(TypeError)))).toEqual({ manager: 'suppress' });
    });

    it.each([['TypeError'], [undefined], [{}]])('refuses %p', (given) => {
      expect(() => suppress(given as never)).toThrow(TypeError);
      expect(() => suppress(given as never)).toThrow('suppress() takes error classes and predicates');
    });
  });
});
