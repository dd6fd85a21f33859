import { once } from 'node:events';
import * as fs from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { mailer, remind } from '../../docs/recipes/stand-in/reminders.ts';
import { replaced, standIn } from '../../docs/recipes/stand-in/stand-in.ts';
import { asyncContextManager, enter, withAsync, withSync } from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';

const failure = new Error('no');

function fail(): never {
  throw failure;
}

describe('a stand-in', () => {
  it("is the block's value, and records that it was entered and that the block succeeded", async () => {
    const events: string[] = [];
    const value = { send: (text: string) => events.push(text) };
    const result = await withAsync(standIn(value, events), (given) => {
      expect(given).toBe(value);
      expect(events).toEqual(['entered']);
      given.send('sent');
      return 'result';
    });
    expect([result, events]).toEqual(['result', ['entered', 'sent', 'succeeded']]);
  });

  it.each([
    [failure, 'failed: Error: no'],
    [undefined, 'failed: undefined'],
    [null, 'failed: null'],
    [0, 'failed: 0'],
    ['', 'failed: '],
  ])('records that the block failed with %p, which it rethrows', async (thrown, noted) => {
    const events: string[] = [];
    const error = await errorOf(() =>
      withAsync(standIn('value', events), () => {
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
    expect(events).toEqual(['entered', noted]);
  });
});

/** What a property is before it is replaced; it reads as `0`. */
const properties: [string, () => object][] = [
  ['own', () => ({ key: 0 })],
  ['hidden', () => Object.defineProperty({}, 'key', { value: 0, writable: true, configurable: true })],
  ['read-only', () => Object.defineProperty({}, 'key', { value: 0, configurable: true, enumerable: true })],
  ['fixed', () => Object.defineProperty({}, 'key', { value: 0, writable: true })],
  ['of a sealed object', () => Object.seal({ key: 0 })],
  ['computed', () => ({ get key() { return 0; }, set key(_: number) { fail(); } })], // prettier-ignore
  ['inherited', () => Object.create({ key: 0 }) as object],
  ['inherited and computed', () => Object.create({ get key() { return 0; }, set key(_) { fail(); } }) as object], // prettier-ignore
  ['inherited and read-only', () => Object.create(Object.freeze({ key: 0 })) as object],
];

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

interface Keyed {
  key: number;
}

const ownOf = (object: object) => Object.getOwnPropertyDescriptor(object, 'key');

describe.each(properties)('a property that is %s, replaced', (_name, make) => {
  it('has the new value in the block, and is restored after it', async () => {
    const object = make() as Keyed;
    const before = ownOf(object);
    const read = (given: number) => [given, object.key];
    expect(withSync(replaced(object, 'key', 1), read)).toEqual([1, 1]);
    expect(ownOf(object)).toEqual(before);
    expect(await withAsync(replaced(object, 'key', 1), read)).toEqual([1, 1]);
    expect(ownOf(object)).toEqual(before);
    expect(object.key).toBe(0);
  });

  it('is restored after a block that throws, and rethrows the error', async () => {
    const object = make() as Keyed;
    const before = ownOf(object);
    expect(await errorOf(() => withSync(replaced(object, 'key', 1), fail))).toBe(failure);
    expect(ownOf(object)).toEqual(before);
  });

  it.each(orders)('is restored after three that overlap and end in the order %p, %p, %p', (...order) => {
    const object = make() as Keyed;
    const before = ownOf(object);
    const managers = [1, 2, 3].map((value) => replaced(object, 'key', value));
    for (const manager of managers) manager.enter();
    expect(object.key).toBe(3);
    const open = [1, 2, 3];
    for (const index of order) {
      managers[index]?.exit();
      open.splice(open.indexOf(index + 1), 1);
      expect(object.key).toBe(open.at(-1) ?? 0);
    }
    expect(ownOf(object)).toEqual(before);
  });
});

describe('replaced', () => {
  it('adds what is missing, and removes it again', () => {
    const object: { key?: number } = {};
    withSync(replaced(object, 'key', 1), () => expect(Object.entries(object)).toEqual([['key', 1]]));
    expect('key' in object).toBe(false);
  });

  it('replaces a method, for that object alone', () => {
    class Greeter {
      name = 'Ada';
      greet() {
        return `Hello, ${this.name}`;
      }
    }
    const [one, other] = [new Greeter(), new Greeter()];
    const greet = function (this: Greeter) {
      return `Bye, ${this.name}`;
    };
    const greeted = withSync(replaced(one, 'greet', greet), () => [one.greet(), other.greet()]);
    expect([greeted, one.greet()]).toEqual([['Bye, Ada', 'Hello, Ada'], 'Hello, Ada']);
    expect(Object.keys(one)).toEqual(['name']);
  });

  it('replaces a symbol property, and an environment variable', () => {
    const key = Symbol('key');
    const object = { [key]: 0 };
    withSync(replaced(object, key, 1), () => expect(object[key]).toBe(1));
    expect(object[key]).toBe(0);

    withSync(replaced(process.env, 'WITHAL_TEST', 'yes'), () => expect(process.env['WITHAL_TEST']).toBe('yes'));
    expect('WITHAL_TEST' in process.env).toBe(false);
  });

  it('keeps properties and objects apart', () => {
    const [one, other] = [
      { key: 0, lock: 0 },
      { key: 0, lock: 0 },
    ];
    const managers = [replaced(one, 'key', 1), replaced(one, 'lock', 2), replaced(other, 'key', 3)];
    for (const manager of managers) manager.enter();
    expect([one, other]).toEqual([
      { key: 1, lock: 2 },
      { key: 3, lock: 0 },
    ]);
    for (const manager of managers) manager.exit();
    expect([one, other]).toEqual([
      { key: 0, lock: 0 },
      { key: 0, lock: 0 },
    ]);
  });

  it('can be entered many times, nested and concurrently', async () => {
    const object = { key: 0 };
    const manager = replaced(object, 'key', 1);
    const block = () => withAsync(manager, async () => object.key);
    expect(await withAsync(manager, () => Promise.all([block(), block()]))).toEqual([1, 1]);
    expect(object).toEqual({ key: 0 });
  });

  it('restores what was there when it was entered again', () => {
    const object = { key: 0 };
    const manager = replaced(object, 'key', 1);
    withSync(manager, () => {});
    object.key = 2;
    withSync(manager, () => expect(object.key).toBe(1));
    expect(object.key).toBe(2);
  });

  it.each<[string, (object: { key?: number }) => unknown]>([
    ['sets', (object) => (object.key = 2)],
    ['deletes', (object) => delete object.key],
    ['defines', (object) => Object.defineProperty(object, 'key', { get: fail })],
  ])('restores the property if the block %s it', (_name, change) => {
    const object: { key?: number } = { key: 0 };
    withSync(replaced(object, 'key', 1), () => void change(object));
    expect(object).toEqual({ key: 0 });
  });

  it('leaves alone what the block set while a newer replacement is in force', () => {
    const object = { key: 0 };
    const [older, newer] = [replaced(object, 'key', 1), replaced(object, 'key', 2)];
    older.enter();
    newer.enter();
    object.key = 3;
    older.exit();
    expect(object.key).toBe(3);
    newer.exit();
    expect(object.key).toBe(0);
  });

  it.each<[string, object]>([
    ['of a frozen object', Object.freeze({ key: 0 })],
    ['fixed and read-only', Object.defineProperty({}, 'key', { value: 0 })],
    ['fixed and computed', Object.defineProperty({}, 'key', { get: () => 0 })],
    ['that a non-extensible object lacks', Object.preventExtensions({})],
  ])("refuses a property %s, and doesn't run the block", async (_name, object) => {
    const before = ownOf(object);
    let isRun = false;
    const error = await errorOf(() => withSync(replaced(object as Keyed, 'key', 1), () => (isRun = true)));
    expect([error, isRun]).toEqual([expect.any(TypeError), false]);
    expect(ownOf(object)).toEqual(before);
  });

  it('refuses what a module exports', async () => {
    const error = await errorOf(() =>
      withSync(
        replaced(fs, 'existsSync', () => true),
        () => {},
      ),
    );
    expect(error).toMatchObject({ name: 'TypeError' });
  });

  it("keeps the block's error if it can't restore the property", async () => {
    const own: Keyed = { key: 0 };
    const inherited = Object.create(own) as Keyed;
    for (const object of [own, inherited]) {
      const error = await errorOf(() =>
        withSync(replaced(object, 'key', 1), () => {
          Object.freeze(object);
          fail();
        }),
      );
      expect(error).toMatchObject({ name: 'TypeError', cause: failure });
    }
  });
});

/** A mail service; returns its URL. It records what it was asked to send. */
const service = asyncContextManager(async function* service(status: number, received: unknown[]) {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    received.push(await json(request));
    response.writeHead(status, { Connection: 'close' }).end(status === 200 ? 'accepted' : 'no room');
  };
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  yield* enter(server);
  yield `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

describe('the stand-in for the mailer', () => {
  const ada = { name: 'Ada', address: 'ada@example.org', due: 0 };
  const alan = { name: 'Alan', address: 'alan@example.org', due: 0 };
  const mailTo = ({ name, address }: typeof ada) => ({ address, text: `Dear ${name}, please pay.` });

  it('hands over the emails of a block that succeeded, all at once', async () => {
    const received: unknown[] = [];
    const count = await withAsync(service(200, received), (url) => remind(mailer(url), [ada, alan]));
    expect([count, received]).toEqual([2, [[mailTo(ada), mailTo(alan)]]]);
  });

  it('hands over nothing if the block failed', async () => {
    const received: unknown[] = [];
    const grace = { name: 'Grace', due: 0 };
    const error = await errorOf(() => withAsync(service(200, received), (url) => remind(mailer(url), [ada, grace])));
    expect([error, received]).toEqual([expect.objectContaining({ message: 'Grace has no address.' }), []]);
  });

  it('rejects if the emails are refused', async () => {
    const error = await errorOf(() => withAsync(service(507, []), (url) => remind(mailer(url), [ada])));
    expect(error).toMatchObject({ message: 'The emails were refused: no room' });
  });
});
