import diagnostics from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  asyncContextManager,
  AsyncExitStack,
  contextManager,
  ExitStack,
  scopeAsync,
  scopeSync,
  timeout,
  withAsync,
  withSync,
} from '../../../lib/index.ts';
import { hub } from '../../../lib/observe/engine/hub.ts';
import { observe, type Visit, type Watch } from '../../../lib/observe/index.ts';
import { attempt, errorOf, outcomeOf } from '../../helpers/outcome.ts';

let watch: Watch = observe();
let events: string[] = [];
const on = (event: string) => () => void events.push(event);
const subscriber = {
  start: on('start'),
  end: on('end'),
  asyncStart: on('asyncStart'),
  asyncEnd: on('asyncEnd'),
  error: on('error'),
};
const channel = diagnostics.tracingChannel('withal:block');

beforeEach(() => {
  watch.stop();
  watch = observe({ keep: Infinity });
  events = [];
  channel.subscribe(subscriber);
});

afterEach(() => {
  channel.unsubscribe(subscriber);
  watch.stop();
});

type When = 'setup' | 'body' | 'teardown' | 'never';

const failIf = (is: boolean): void => {
  if (is) throw new Error('fails');
};

const sync = contextManager(function* sync(when: When, isQuiet?: boolean) {
  return yield* script(when, isQuiet);
});

const slow = asyncContextManager(async function* slow(when: When, isQuiet?: boolean) {
  return yield* script(when, isQuiet);
});

function* script(when: When, isQuiet?: boolean) {
  failIf(when === 'setup');
  try {
    yield;
  } catch (error) {
    if (!isQuiet) throw error;
    return 'fallback';
  }
  failIf(when === 'teardown');
  return undefined;
}

const error = 'Error: fails';
const phases = 'entering body exiting over';
const asyncEvents = ['asyncStart', 'asyncEnd'];

const how = ({ times, result, error: seen }: Visit) => [Object.keys(times).join(' '), result, seen];

describe('a visit', () => {
  it.each<[when: When, isQuiet: boolean, times: string, result: string, seen: unknown]>([
    ['never', false, phases, 'returned', undefined],
    ['setup', false, 'entering over', 'failed to enter', error],
    ['body', false, phases, 'threw', error],
    ['body', true, phases, 'suppressed', error],
    ['teardown', false, phases, 'threw', error],
  ])('records how a block went that fails in: %s (suppressed: %p)', async (when, isQuiet, ...seen) => {
    const failed = when !== 'never' && !isQuiet ? ['error'] : [];
    attempt(() => withSync(sync(when, isQuiet), () => failIf(when === 'body')));
    expect(watch.done().map(how)).toEqual([seen]);
    expect(events.splice(0)).toEqual(['start', ...failed, 'end']);
    await outcomeOf(() => withAsync(slow(when, isQuiet), () => failIf(when === 'body')));
    expect(watch.done().slice(1).map(how)).toEqual([seen]);
    expect(events).toEqual(['start', 'end', ...failed, ...asyncEvents]);
  });

  it.each([
    [false, 'returned', undefined],
    [true, 'threw', error],
  ] as const)('records how a scope went that fails: %p', async (fails, result, seen) => {
    const failed = fails ? ['error'] : [];
    const outcome = attempt(() =>
      scopeSync(function* job() {
        failIf(fails);
        return 'value';
      }),
    );
    expect(outcome).toEqual(fails ? { error: new Error('fails') } : { value: 'value' });
    expect(events.splice(0)).toEqual(['start', ...failed, 'end']);
    await outcomeOf(() =>
      scopeAsync(async function* job() {
        failIf(fails);
      }),
    );
    expect(events).toEqual(['start', 'end', ...failed, ...asyncEvents]);
    const seenOf = ['job', 'body exiting over', result, seen];
    expect(watch.done().map((visit) => [visit.name, ...how(visit)])).toEqual([seenOf, seenOf]);
  });

  it.each([
    ['a stack', () => new ExitStack<unknown>()],
    ['an async stack', () => new AsyncExitStack<unknown>()],
  ])("in %s isn't suppressed by a reply if there was no error", async (_kind, make) => {
    const stack = make();
    stack.adopt(1, () => true);
    stack.defer(() => true);
    await (stack instanceof AsyncExitStack ? stack.exitAsync() : stack.exit());
    expect(watch.done().map(({ result }) => result)).toEqual(['returned', 'returned']);
  });

  it("surrounds what a sync manager's setup and teardown enter, whoever enters it", () => {
    const outer = contextManager(function* outer() {
      withSync(sync('never'), () => undefined);
      yield;
      withSync(sync('never'), () => undefined);
    });
    withSync(outer(), () => undefined);
    const stack = new ExitStack<unknown>();
    stack.enterContext(outer());
    withSync(sync('never'), () => undefined);
    stack.exit();
    expect(watch.done().map(({ name, parent }) => [name, parent?.name])).toEqual([
      ['sync', 'outer'],
      ['sync', 'outer'],
      ['outer', undefined],
      ['sync', 'outer'],
      ['sync', undefined],
      ['sync', 'outer'],
      ['outer', undefined],
    ]);
  });

  it('adds nothing to an error that has replaced another', async () => {
    const stopped = (signal: AbortSignal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
      });
    const error = await errorOf(() => withAsync(timeout(1), stopped));
    expect(error).toMatchObject({ name: 'TimeoutError' });
    expect(error).not.toHaveProperty('cause');
  });

  it('leaves nothing behind when it has ended', () => {
    for (const when of ['never', 'setup', 'body', 'teardown'] as const) {
      attempt(() => withSync(sync(when), () => failIf(when === 'body')));
      const stack = new ExitStack<unknown>();
      attempt(() => stack.enterContext(sync(when)));
      attempt(() => stack.exit());
    }
    expect(Reflect.get(hub().nesting, 'sync')).toEqual([]);
    expect(watch.current()).toBeUndefined();
  });
});
