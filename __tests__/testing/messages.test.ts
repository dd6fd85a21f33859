import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { asyncContextManager } from '../../lib/index.ts';
import type { Call } from '../../lib/testing/kit/recorder.ts';
import * as messages from '../../lib/testing/messages.ts';
import { opened } from './opened.ts';

const call: Call = {
  ...{
    name: 'connect',
    label: 'connect()',
    phase: 'setup',
    nth: 0,
    line: () => 'db.ts:1:2',
    self: undefined,
    args: [],
  },
  ...{ state: 'done', canFail: true, isAsync: true, opened: 1 },
};
const release: Call = {
  ...call,
  name: 'release',
  label: 'release()',
  phase: 'teardown',
  line: () => undefined,
  opened: -1,
};
const [m, when] = ['tx()', 'a block that returns'];
const error = new Error('no');

describe('nameOf', () => {
  it.each([
    [opened('a'), 'opened()'],
    [new (class Pool {})(), 'an instance of Pool'],
    [{ enter() {}, exit() {} }, 'an unnamed manager'],
    [Object.create(null), 'an unnamed manager'],
    [asyncContextManager(async function* () {})(), 'an unnamed manager'],
    [undefined, 'an unnamed manager'],
  ])('of %p', (manager, name) => {
    expect(messages.nameOf(manager)).toEqual(name);
  });
});

const table: readonly (readonly [() => Error, string])[] = [
  [
    () => messages.calledEarly(m, call),
    'it must do nothing before it is entered, but it called connect() at db.ts:1:2 as soon as it was made. Move that into its setup: the code before the yield, or its enter method.',
  ],
  [
    () => messages.leftOpen(m, when, 2, [call, call]),
    'a block that returns must leave nothing open, but it leaks: it leaves 2 more open than before, acquired by connect() at db.ts:1:2. Begin the try right after the acquisition, and release each thing in its own finally.',
  ],
  [
    () =>
      messages.leftOpen(m, when, 1, [{ ...call, opened: 0 }, { ...call, line: () => undefined, opened: 0 }, release]),
    'a block that returns must leave nothing open, but it leaks: it leaves 1 more open than before; its setup called connect() at db.ts:1:2 and connect(). Begin the try right after the acquisition, and release each thing in its own finally.',
  ],
  [
    () =>
      messages.leftOpen(
        m,
        when,
        1,
        [1, 2, 3, 4].map((line) => ({ ...call, line: () => `db.ts:${String(line)}` })),
      ),
    'a block that returns must leave nothing open, but it leaks: it leaves 1 more open than before, acquired by connect() at db.ts:1, connect() at db.ts:2, connect() at db.ts:3, …. Begin the try right after the acquisition, and release each thing in its own finally.',
  ],
  [
    () => messages.leftOpen(m, when, 1, [{ ...call, state: 'failed', opened: 0 }]),
    'a block that returns must leave nothing open, but it leaks: it leaves 1 more open than before. Begin the try right after the acquisition, and release each thing in its own finally.',
  ],
  [
    () => messages.leftOpen(m, when, -1, []),
    "a block that returns must leave open what was open before, but it leaves 1 fewer open: something was released twice, or was not the manager's to release. Release each thing once, and only what you acquired.",
  ],
  [
    () => messages.changedProbe(m, when, 'listeners', '0', '1', []),
    'a block that returns must leave listeners as before, but it was 0 and is left as 1. Undo the setup in a finally.',
  ],
  [
    () => messages.swallowed(m, when),
    'a block that returns must reject with that error, but it resolved: the error was swallowed. Rethrow whatever you caught, or declare it with suppresses.',
  ],
  [
    () => messages.replaced(m, when, error),
    'a block that returns must reject with that very error, but it rejected with another one: Error: no. Rethrow whatever you caught, or declare the new error with translates.',
  ],
  [
    () => messages.rewritten(m, when, 'message', '"a"', '"b"'),
    'a block that returns must reject with that error as it was, but its message was rewritten from "a" to "b". Leave it alone, or throw a new error with it as the cause and declare that with translates.',
  ],
  [
    () => messages.notSuppressed(m, when, error),
    'a block that returns must resolve, because suppresses says so, but it rejected with Error: no. Catch the error around the yield, or declare less with suppresses.',
  ],
  [
    () => messages.dropped(m, when, error),
    "a block that returns must reject with an error that leads to it, but it rejected with one that doesn't: Error: no. Pass { cause: error } to the error that you throw in its place.",
  ],
  [
    () => messages.failed(m, when, 'its setup', new Error('A sentence.')),
    'a block that returns must resolve, but its setup failed with Error: A sentence. See the cause.',
  ],
  [
    () => messages.endless(m, when, 20, 'setup', call),
    'a block that returns must end within 20 ms, but its setup still waits for connect() at db.ts:1:2. Settle what it waits for, or allow more time with timeout.',
  ],
  [
    () => messages.endless(m, when, 20, 'body', undefined),
    'a block that returns must end within 20 ms, but the block itself still waits. Settle what it waits for, or allow more time with timeout.',
  ],
  [
    () => messages.withoutEffect(m, when, '[]'),
    'a block that returns must have an effect, but nothing was committed: it is still []. Commit after the yield.',
  ],
  [
    () => messages.committed(m, when, '[]', '[1]'),
    'a block that returns must have no effect, but it was committed: the effect was [] and is [1]. Commit after a bare yield, never in a finally; undo in a catch, whatever was thrown.',
  ],
  [
    () => messages.notAwaited(m, when, release),
    'a block that returns must end after its teardown, but release() was not awaited and is still running. Await it.',
  ],
  [
    () => messages.releasedTwice(m, when, release, release),
    'a block that returns must release each thing once, but one was released twice: release(), and release(). Remove one of the two.',
  ],
  [
    () => messages.usedAfterRelease(m, when, release, call),
    'a block that returns must release last, but connect() at db.ts:1:2 came after release(): it was released too early. Enter what it depends on with enter(), so that it is released afterwards.',
  ],
  [
    () => messages.otherEffect(m, 2, 1),
    'three blocks at once must have the effect of three in turn, which is 2 more, but it is 1 more: blocks were mixed up. Keep the state of each block in a variable inside the generator function. If all blocks share one connection, pass concurrent: false.',
  ],
  [
    () => messages.gaveReleased(m, when, release),
    'a block that returns must get a value that is still set up, but its value was already released by release(). Release after the yield.',
  ],
  [
    () => messages.releasedEarly(m, when, 1),
    'a block that returns must stay set up until it ends, but it released 1 while the block still ran. Release after the yield, and await what you do before it.',
  ],
  [
    () => messages.overlapping(m),
    'a manager with concurrent: "exclusive" must let in one block at a time, but two ran at once. Wait in its setup until the other block is over.',
  ],
  [
    () => messages.ranAnyway(m, call),
    'a block must not run if its setup fails, but it ran although connect() at db.ts:1:2 failed: the failure was swallowed. Rethrow it, or allow it with mayIgnore.',
  ],
  [
    () => messages.setupFailureDropped(m, call, error),
    'a setup that fails must reject with its error, or with one that leads to it, but connect() at db.ts:1:2 failed, and the block rejected with Error: no: the failure was dropped. Rethrow it, or pass it as the cause.',
  ],
  [
    () => messages.teardownFailureIgnored(m, when, release),
    'a block that returns must reject if its teardown fails, but it resolved although release() failed: the failure was ignored. Await the call and let its error through, or allow it with mayIgnore.',
  ],
  [
    () => messages.teardownFailureDropped(m, when, release, error),
    'a block that returns must reject with the error of its teardown, or with one that leads to it, but release() failed, and it rejected with Error: no: the failure was dropped. Rethrow it, or pass it as the cause.',
  ],
  [
    () => messages.leftBehind(m, ['a timer (a.ts:1:2)', 'a timer (a.ts:1:2)', 'a server']),
    'a block must leave nothing behind, but each one leaves a timer (a.ts:1:2) and a server. Clear, close or remove it in a finally.',
  ],
  [
    () => messages.leftBehind(m, ['a timer', 'a server', 'a socket']),
    'a block must leave nothing behind, but each one leaves a timer and a server and a socket. Clear, close or remove it in a finally.',
  ],
  [
    () => messages.unheard(m, error),
    'each rejection must be handled, but one in the background was not: Error: no. Await the promise in the teardown, or catch what it rejects with.',
  ],
];

/** What docs/kit.md explains, with … for what varies. */
const explained = [
  ...readFileSync(new URL('../../docs/kit.md', import.meta.url), 'utf8')
    .replace(/^[^]*## What a failing case says|## The recipes[^]*$/g, '')
    .matchAll(/^\| `(.*?)` +\|/gm),
].map(([, pattern = '']) => pattern);

function isLike(message: string, pattern: string): boolean {
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${pattern.split('…').map(literal).join('.*')}`).test(message);
}

describe('a message about a manager', () => {
  it.each(table.map(([make, message]) => [message, make] as const))('%s', (message, make) => {
    expect(make().message).toBe(`Cannot accept tx(): ${message}`);
  });

  it.each(table.map(([, message]) => message))('is explained once: %s', (message) => {
    expect(explained.filter((pattern) => isLike(message, pattern))).toHaveLength(1);
  });

  it.each(explained)('is said: %s', (pattern) => {
    expect(table.filter(([, message]) => isLike(message, pattern))).not.toEqual([]);
  });

  it('has what was thrown as its cause', () => {
    const caused = table.map(([make]) => make()).filter(({ message }) => message.includes('Error: '));
    expect(caused.map(({ cause }) => cause)).toEqual(caused.map(() => expect.any(Error)));
    expect(messages.replaced(m, when, error).cause).toBe(error);
    expect(messages.swallowed(m, when)).not.toHaveProperty('cause');
  });
});

describe('injected', () => {
  it('says that the kit made the call fail', () => {
    expect(messages.injected(call).message).toBe('connect() failed, because managerCases() made it fail.');
  });
});
