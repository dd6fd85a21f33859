import { beforeEach, describe, expect, it } from '@jest/globals';
import { asyncContextManager } from '../../lib/index.ts';
import { fixture } from '../../lib/testing/index.ts';
import { logged, opened } from './opened.ts';

beforeEach(() => void logged());

type Run = (context: unknown, use: (value: unknown) => Promise<void>, info?: unknown) => Promise<void>;

const run = (made: unknown) => made as Run;

/** A Vitest test, as Vitest shows it to fixtures. */
function vitestContext(errors: unknown[] = []) {
  const hooks: (() => void)[] = [];
  const context = {
    task: { result: { errors } },
    onTestFinished: (hook: () => void) => void hooks.push(hook),
    db: 'db',
  };
  return { context, errors, hooks, finish: () => hooks.splice(0).forEach((hook) => hook()) };
}

/** What Vitest and Playwright keep of an error. */
const copy = (message: string, more: object = {}) => ({
  message,
  stack: `Error: ${message}\n    at test.ts:1:1`,
  ...more,
});

describe('fixture', () => {
  it('shows the runner which fixtures it needs', () => {
    expect(String(fixture(() => opened('a')))).toBe('async ({  }, use) => {}');
    expect(String(fixture(({ db, log }: { db: string; log: string }) => opened(db + log)))).toBe(
      'async ({ db, log }, use) => {}',
    );
  });

  it("passes the manager's value to the test, and tears down when the test has passed", async () => {
    const { context, finish } = vitestContext();
    const used: unknown[] = [];
    await run(fixture(({ db }: { db: string }) => opened(`tx of ${db}`)))(
      context,
      async (value) => void used.push(value),
    );
    finish();
    expect([used, logged()]).toEqual([['tx of db'], ['open tx of db', 'close tx of db']]);
  });

  it('passes the manager the error of a failed Vitest test, and leaves the report to the runner', async () => {
    const { context, errors, finish } = vitestContext([copy('an attempt before')]);
    await run(fixture(() => opened('db')))(context, async () => {
      errors.push(copy('no', { name: 'RangeError', cause: copy('why') }), copy('another'));
    });
    finish();
    const [, , error] = logged() as [unknown, unknown, Error];
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message, error.stack]).toEqual([
      'RangeError',
      'no',
      expect.stringContaining('test.ts:1:1'),
    ]);
    expect((error.cause as Error).message).toBe('why');
  });

  it.each([
    ['text', 'text'],
    [undefined, undefined],
    [new RangeError('itself'), new RangeError('itself')],
  ])("passes on what isn't a copy of an error: %p", async (thrown, seen) => {
    const { context, errors } = vitestContext();
    await run(fixture(() => opened('db')))(context, async () => void errors.push(thrown));
    expect(logged()[2]).toEqual(seen);
  });

  it('passes the manager the error of a failed Playwright test', async () => {
    const info = { testId: '1', errors: [] as unknown[] };
    await run(fixture(() => opened('db')))(
      {},
      async () => void info.errors.push(copy('Error: \u001b[31mno\u001b[39m')),
      info,
    );
    expect(logged()[2]).toMatchObject({ message: 'no' });
    info.errors = [{ value: "'text'" }];
    await run(fixture(() => opened('db')))({}, async () => undefined, info);
    expect(logged()[2]).toMatchObject({ message: "'text'", stack: expect.stringContaining('Error') });
  });

  it.each([
    ['Error: \u001b[1;31mno\u001b[0m', 'no'],
    ['\u001b[31mError: no', 'no'],
    ['RangeError: Error: no', 'RangeError: Error: no'],
    ['[31mno', '[31mno'],
    ['a\u001bb [1m', 'a\u001bb [1m'],
  ])('reads the message %p', async (message, plain) => {
    const info = { testId: '1', errors: [copy(message)] };
    await run(fixture(() => opened('db')))({}, async () => undefined, info);
    expect(logged()[2]).toMatchObject({ message: plain });
  });

  it('makes an error from it that looks like others', async () => {
    const info = { testId: '1', errors: [copy('no', { name: 'RangeError' }), copy('no')] };
    await run(fixture(() => opened('db')))({}, async () => undefined, info);
    info.errors.shift();
    await run(fixture(() => opened('db')))({}, async () => undefined, info);
    const [named, unnamed] = logged().filter((entry) => entry instanceof Error);
    const usual = { enumerable: false, writable: true, configurable: true };
    expect(Object.getOwnPropertyDescriptors(named)).toMatchObject({ name: usual, message: usual, stack: usual });
    expect([named, unnamed].map((error) => [(error as Error).name, 'cause' in (error as Error)])).toEqual([
      ['RangeError', false],
      ['Error', false],
    ]);
  });

  it("fails the test if the manager's setup fails", async () => {
    const { context } = vitestContext();
    const made = run(fixture(() => opened('db', 'setup')));
    await expect(made(context, async () => undefined)).rejects.toThrow('db does not open');
  });

  it('lets Vitest report teardown errors after all fixtures are torn down', async () => {
    const { context, hooks, finish } = vitestContext();
    const outer = run(fixture(() => opened('outer', 'teardown')));
    const inner = run(fixture(() => opened('inner', 'teardown')));
    await outer(context, () => inner(context, async () => undefined));
    expect(logged()).toEqual([
      'open outer',
      'open inner',
      'close inner',
      'outer saw',
      new Error('inner does not close'),
      'close outer',
    ]);
    expect(hooks).toHaveLength(1);
    let error: unknown;
    try {
      finish();
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as Error).message).toBe('Several fixtures failed to tear down.');
    expect((error as AggregateError).errors.map(String)).toEqual([
      'Error: inner does not close',
      'Error: outer does not close',
    ]);
    const again = vitestContext();
    await inner({ ...again.context, task: context.task }, async () => undefined);
    expect(again.finish).toThrow('inner does not close');
  });

  it('throws teardown errors at once in Playwright, which continues', async () => {
    const info = { testId: '1', errors: [copy('no')] };
    const made = run(fixture(() => opened('db', 'teardown')));
    await expect(made({}, async () => undefined, info)).rejects.toMatchObject({
      message: 'db does not close',
      cause: { message: 'no' },
    });
  });

  it.each([{}, { result: {} }])('treats a test without a result in Vitest as passed: %p', async (task) => {
    const { context, finish } = vitestContext();
    await run(fixture(() => opened('db')))({ ...context, task }, async () => undefined);
    finish();
    expect(logged()).toEqual(['open db', 'close db']);
  });

  it('leaves a test failed even if its manager suppresses the error', async () => {
    const handling = asyncContextManager(async function* handling() {
      try {
        yield;
      } catch {
        // As if nothing had happened.
      }
    });
    const { context, errors, finish } = vitestContext();
    await run(fixture(() => handling()))(context, async () => void errors.push(copy('no')));
    finish();
    expect(errors).toHaveLength(1);
  });

  it.each([
    [undefined, 'undefined was given'],
    ['() => 1', '"() => 1" was given'],
    [(fixtures: unknown) => opened(String(fixtures)), 'function () was given'],
    [(...all: unknown[]) => opened(String(all)), 'function () was given'],
  ])('refuses %p', (make, given) => {
    const name = typeof make === 'function' ? given.replace('function ()', `function ${make.name}()`) : given;
    expect(() => fixture(make as never)).toThrow(
      new TypeError(
        `Cannot make a fixture: fixture() takes a function that destructures the fixtures it needs, because runners read them from its text, but ${name}. Write ({ db }) => transaction(db), or () => database().`,
      ),
    );
  });

  it('refuses the form of extend that takes a name, before it makes the manager', async () => {
    const byName = { onCleanup: () => undefined } as never;
    await expect(run(fixture(() => opened('db')))(vitestContext().context, byName)).rejects.toThrow(
      new TypeError(
        'Cannot set up a fixture: fixture() works in an object of fixtures, but it was passed to extend() with a name. Write extend({ db: fixture(() => database()) }).',
      ),
    );
    expect(logged()).toEqual([]);
  });

  it('says which runners it works with', async () => {
    await expect(run(fixture(() => opened('db')))({}, async () => undefined)).rejects.toThrow(
      new TypeError(
        'Cannot set up a fixture: fixture() works with extend of Vitest or Playwright, but another runner calls it. Use withFixtures().',
      ),
    );
  });
});
