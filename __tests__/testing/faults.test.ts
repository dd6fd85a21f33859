import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Recorder } from '../../lib/testing/kit/recorder.ts';

const require = createRequire(import.meta.url);

const symbol = Symbol('my.nodejs.symbol');

/** Calls of each kind. */
interface Named extends AsyncDisposable {
  pool: {
    connect(): Promise<void>;
    sql: ((text: string) => Promise<void>) & { begin(): Promise<void> };
    acquire(): Promise<() => void>;
    lazy: PromiseLike<string>;
  };
  list: [() => void, { id: number }];
  [inspect.custom](): void;
  [symbol](): void;
}

const named: Named = {
  pool: {
    connect: async () => undefined,
    sql: Object.assign(async () => undefined, { begin: async () => undefined }),
    acquire: async () => () => undefined,
    lazy: { then: (...handlers) => Promise.resolve('sent').then(...handlers) },
  },
  list: [() => undefined, { id: 1 }],
  [Symbol.asyncDispose]: async () => undefined,
  [inspect.custom]: () => undefined,
  [symbol]: () => undefined,
};

class Client {
  #count = 0;
  readonly name = 'client';
  readonly nested = { ping: async () => 'pong' };

  get count(): number {
    return this.#count;
  }

  set count(value: number) {
    this.#count = value;
  }

  async query(text: string): Promise<{ rows: string[] }> {
    this.#count += 1;
    return { rows: [text] };
  }

  now(): number {
    return this.#count;
  }

  self(): this {
    return this;
  }
}

const labelsOf = ({ calls }: Recorder) => calls.map(({ label }) => label);

describe('faults.wrap', () => {
  it('returns an object that works like the original', async () => {
    const faults = new Recorder();
    const client = new Client();
    const wrapped = faults.wrap(client);
    expect(wrapped).toBeInstanceOf(Client);
    expect(await wrapped.query('SELECT 1')).toEqual({ rows: ['SELECT 1'] });
    wrapped.count = 7;
    expect([client.count, wrapped.count, wrapped.now()]).toEqual([7, 7, 7]);
    expect(['name' in wrapped, Object.keys(wrapped), JSON.stringify(wrapped)]).toEqual([
      true,
      ['name', 'nested'],
      '{"name":"client","nested":{}}',
    ]);
    expect(Object.getOwnPropertyDescriptor(wrapped, 'name')?.value).toBe('client');
  });

  it('returns one stand-in for each object', () => {
    const faults = new Recorder();
    const client = new Client();
    const wrapped = faults.wrap(client);
    expect(faults.wrap(client)).toBe(wrapped);
    expect(faults.wrap(wrapped)).toBe(wrapped);
    expect(wrapped.self()).toBe(wrapped);
    expect(wrapped.query).toBe(wrapped.query);
  });

  it('records calls at any depth, with the line that made them', async () => {
    const faults = new Recorder();
    const wrapped = faults.wrap(new Client());
    await wrapped.nested.ping();
    wrapped.self().now();
    expect(labelsOf(faults)).toEqual(['nested.ping()', 'self()', 'now()']);
    expect(faults.calls[0]?.line()).toMatch(/^__tests__\/testing\/faults\.test\.ts:\d+:\d+$/);
    faults.forget();
    expect(faults.calls).toEqual([]);
  });

  it("returns what can't be wrapped as it is", () => {
    const faults = new Recorder();
    const date = new Date();
    const values = {
      date,
      map: new Map(),
      bytes: new Uint8Array(2),
      url: new URL('http://localhost'),
      error: new Error('no'),
    };
    const rows = [{ id: 1, at: date, tags: ['a'] }, Object.assign(Object.create(null), { id: 2 })];
    const wrapped = faults.wrap({ run() {}, values: () => values, rows: () => rows, signal: AbortSignal.abort() });
    expect(wrapped.values().date.getTime()).toBe(date.getTime());
    expect(wrapped.values().map).toBe(values.map);
    expect(wrapped.values().error).toBe(values.error);
    expect(wrapped.signal.aborted).toBe(true);
    expect(wrapped.rows()).toBe(rows);
  });

  it('wraps nested data, and lists of objects with methods', async () => {
    const faults = new Recorder();
    const deep = { a: { b: { c: { d: { e: { f: 1 } } } } } };
    const ring: { self?: unknown } = {};
    ring.self = ring;
    const wrapped = faults.wrap({ deep: () => deep, ring: () => ring, clients: () => [new Client()] });
    expect(wrapped.deep()).toEqual(deep);
    expect(Object.keys(wrapped.ring())).toEqual(['self']);
    expect(Array.isArray(wrapped.clients())).toBe(true);
    await wrapped.clients()[0]?.query('SELECT 1');
    expect(labelsOf(faults)).toContain('0.query("SELECT 1")');
  });

  it('works with frozen objects', async () => {
    const faults = new Recorder();
    const wrapped = faults.wrap(Object.freeze({ a: 1, ping: async () => 'pong' }));
    expect(await wrapped.ping()).toBe('pong');
    expect([Object.keys(wrapped), { ...wrapped }.a, Object.getOwnPropertyDescriptor(wrapped, 'b')]).toEqual([
      ['a', 'ping'],
      1,
      undefined,
    ]);
    expect(labelsOf(faults)).toEqual(['ping()']);
    expect(faults.wrap(Object.freeze(new Client()))).toBeInstanceOf(Client);
    expect(faults.wrap(Object.freeze(() => 'called'))()).toBe('called');
    expect(Array.isArray(faults.wrap(Object.freeze([new Client()])))).toBe(true);
  });

  it.each<[string, PropertyDescriptor]>([
    ['can be set', { value: { ping: () => 'pong' }, writable: true }],
    ['can be redefined', { value: { ping: () => 'pong' }, configurable: true }],
    ['is a getter', { get: () => ({ ping: () => 'pong' }) }],
  ])('records calls of a property that %s', (_what, descriptor) => {
    const faults = new Recorder();
    const object = Object.defineProperty({ run() {} }, 'nested', descriptor);
    (faults.wrap(object) as unknown as { nested: { ping(): string } }).nested.ping();
    expect(labelsOf(faults)).toEqual(['nested.ping()']);
  });

  it("leaves a property alone that can't be changed", () => {
    const nested = { ping: () => 'pong' };
    const object = Object.defineProperty({ run() {} }, 'nested', { value: nested });
    expect(new Recorder().wrap(object as unknown as { nested: unknown }).nested).toBe(nested);
  });

  it('wraps functions, and what classes make', async () => {
    const faults = new Recorder();
    const api = faults.wrap({ Client, load: async () => new Client() });
    expect((await (await api.load()).query('a')).rows).toEqual(['a']);
    const made = new api.Client();
    await made.query('b');
    const call = faults.wrap(async (text: string) => text);
    expect(await call('c')).toBe('c');
    expect(labelsOf(faults)).toEqual(['load()', 'query("a")', 'query("b")', '("c")']);
  });

  it('lets a wrapped class be extended', () => {
    const faults = new Recorder();
    const api = faults.wrap({ Client });
    class Own extends api.Client {
      #more = 1;

      more(): number {
        return (this.#more += 1);
      }
    }
    const own = new Own();
    expect([own.more(), own.now()]).toEqual([2, 0]);
    expect([own, new api.Client()].map((made) => [made instanceof Own, made instanceof Client])).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it.each<[string, (wrapped: Named) => unknown]>([
    ['pool.connect()', ({ pool }) => pool.connect()],
    ['pool.sql.begin()', ({ pool }) => pool.sql.begin()],
    ['pool.sql("SELECT 1")', ({ pool }) => pool.sql('SELECT 1')],
    ['pool.acquire()()', async ({ pool }) => (await pool.acquire())()],
    ['[Symbol.asyncDispose]()', (wrapped) => wrapped[Symbol.asyncDispose]()],
    ['pool.lazy()', async ({ pool }) => void (await pool.lazy)],
    ['list.0()', ({ list }) => list[0]()],
    ['[nodejs.util.inspect.custom]()', (wrapped) => wrapped[inspect.custom]()],
    ['[my.nodejs.symbol]()', (wrapped) => wrapped[symbol]()],
  ])('names a call by its path: %s', async (label, act) => {
    const faults = new Recorder();
    await act(faults.wrap(named));
    expect(labelsOf(faults).at(-1)).toBe(label);
  });

  it('lets its properties be set, defined and deleted, with the original objects', () => {
    const faults = new Recorder();
    const object: { client?: unknown; other?: unknown; run(): void } = { run() {}, other: 1 };
    const wrapped = faults.wrap(object);
    const client = new Client();
    wrapped.client = faults.wrap(client);
    Object.defineProperty(wrapped, 'fixed', { value: 1 });
    delete wrapped.other;
    expect(object.client).toBe(client);
    expect(['other' in wrapped, Object.getOwnPropertyNames(object)]).toEqual([false, ['run', 'client', 'fixed']]);
    expect(Object.getOwnPropertyDescriptor(wrapped, 'fixed')).toEqual(Object.getOwnPropertyDescriptor(object, 'fixed'));
  });

  it('passes the original objects to called functions', () => {
    const faults = new Recorder();
    const client = new Client();
    const seen: unknown[] = [];
    const api = faults.wrap({ see: (...args: unknown[]) => void seen.push(...args) });
    const wrapped = faults.wrap(client);
    const plain = { a: 1 };
    const list = [1];
    api.see(wrapped, { client: wrapped, a: 1 }, [wrapped, 1], plain, Client, list);
    expect(seen[0]).toBe(client);
    expect(seen.slice(1, 3)).toEqual([{ client, a: 1 }, [client, 1]]);
    expect(seen[5]).toBe(list);
    expect((seen[1] as { client: unknown }).client).toBe(client);
    expect((seen[2] as unknown[])[0]).toBe(client);
    expect(seen[3]).toBe(plain);
    expect(seen[4]).toBe(Client);
  });

  it.each([
    ['an object without a class', { ping: () => 'pong' }],
    ['a list', [new Client()]],
    ['a function', () => 'pong'],
    ['a class', Client],
  ])('passes the original to called functions: %s', (_name, value) => {
    const faults = new Recorder();
    const seen: unknown[] = [];
    const api = faults.wrap({
      see: (...args: unknown[]) => void seen.push(...args),
      Seeing: class {
        constructor(...args: unknown[]) {
          seen.push(...args);
        }
      },
    });
    api.see(faults.wrap(value));
    new api.Seeing(faults.wrap(value));
    expect(seen.map((given) => given === value)).toEqual([true, true]);
  });

  it('passes wrapped objects to callbacks, with one stand-in each', async () => {
    const faults = new Recorder();
    const listeners = new Set<unknown>();
    const api = faults.wrap({
      transaction: async (body: (client: Client) => Promise<unknown>) => body(new Client()),
      on: (listener: () => void) => void listeners.add(listener),
      off: (listener: () => void) => void listeners.delete(listener),
    });
    await api.transaction((client) => client.query('a class'));
    expect(labelsOf(faults)).toEqual([expect.stringMatching(/^transaction\(/), 'query("a class")']);
    const listener = () => undefined;
    api.on(listener);
    api.off(listener);
    expect(listeners.size).toBe(0);
  });

  it('treats a lazy query as a call when it is awaited', async () => {
    const faults = new Recorder();
    const sent: string[] = [];
    const builder = (text: string) => ({
      limit: () => builder(`${text} limit`),
      then: (resolve: (value: string) => void) => resolve(sent[sent.push(text) - 1] ?? ''),
    });
    const query = faults
      .wrap({ select: () => builder('select') })
      .select()
      .limit();
    expect(sent).toEqual([]);
    expect(await query).toBe('select limit');
    expect(faults.calls.map(({ name, isAsync }) => [name, isAsync])).toEqual([
      ['select', false],
      ['limit', false],
      ['then', true],
    ]);
  });

  it('refuses what has no methods', () => {
    expect(() => new Recorder().wrap(1 as never)).toThrow(
      new TypeError(
        'Cannot wrap: faults.wrap() takes an object or a function, but 1 was given. Wrap the object whose methods it calls.',
      ),
    );
  });
});

describe('a fault', () => {
  async function recorded(run: (faults: Recorder) => unknown) {
    const faults = new Recorder();
    await run(faults);
    return faults.calls;
  }

  it('makes a call fail before it acts', async () => {
    const acted: string[] = [];
    const api = { act: async (name: string) => void acted.push(name) };
    const [, call] = await recorded(async (faults) => {
      await faults.wrap(api).act('a');
      await faults.wrap(api).act('b');
    });
    acted.length = 0;
    const error = new Error('injected');
    const faults = new Recorder({ call: call as never, acts: false, error });
    await faults.wrap(api).act('a');
    await expect(faults.wrap(api).act('b')).rejects.toBe(error);
    await faults.wrap(api).act('b');
    expect(acted).toEqual(['a', 'b']);
    expect([faults.failed?.label, faults.isRetried()]).toEqual(['act("b")', true]);
  });

  it('makes a call fail after it has acted', async () => {
    const acted: string[] = [];
    const api = { act: async (name: string) => void acted.push(name) };
    const [call] = await recorded((faults) => faults.wrap(api).act('a'));
    const error = new Error('injected');
    const faults = new Recorder({ call: call as never, acts: true, error });
    await expect(faults.wrap(api).act('a')).rejects.toBe(error);
    expect([acted, faults.isRetried()]).toEqual([['a', 'a'], false]);
    expect(new Recorder().isRetried()).toBe(false);
  });

  it.each([true, ['exec']])('makes sync methods fail too with sync: %p', async (sync) => {
    const acted: string[] = [];
    const db = { exec: (text: string) => acted.push(text), lazy: () => ({ then() {} }) };
    const [call, lazy] = await recorded((faults) => {
      const wrapped = faults.wrap(db, { sync });
      wrapped.exec('BEGIN');
      wrapped.lazy();
    });
    expect([call?.canFail, lazy?.canFail]).toEqual([true, false]);
    const error = new Error('injected');
    for (const acts of [false, true]) {
      const wrapped = new Recorder({ call: call as never, acts, error }).wrap(db, { sync });
      expect(() => wrapped.exec('BEGIN')).toThrow(error);
    }
    expect(acted).toEqual(['BEGIN', 'BEGIN']);
    const [other] = await recorded((faults) => faults.wrap(db).exec('BEGIN'));
    expect(other?.canFail).toBe(false);
  });

  it("leaves a call's own failure alone", async () => {
    const faults = new Recorder();
    const wrapped = faults.wrap({
      rejecting: () => Promise.reject(new Error('rejected')),
      throwing() {
        throw new Error('thrown');
      },
    });
    await expect(wrapped.rejecting()).rejects.toThrow('rejected');
    expect(() => wrapped.throwing()).toThrow('thrown');
    expect(faults.calls).toMatchObject([
      { state: 'failed', isAsync: true, canFail: true },
      { state: 'failed', isAsync: false, canFail: false },
    ]);
    expect(faults.isRetried()).toBe(false);
  });
});

describe('faults.patch', () => {
  it('records calls of the methods until they are restored', async () => {
    const faults = new Recorder();
    const original = async () => 'read';
    const own = { read: original };
    const inheriting = Object.create(own) as typeof own;
    expect(faults.patch(own, 'read')).toBe(own);
    faults.patch(inheriting, 'read');
    expect(await own.read()).toBe('read');
    expect(labelsOf(faults)).toEqual(['read()']);
    faults.restore();
    expect([own.read === original, Object.keys(inheriting)]).toEqual([true, []]);
  });

  it('patches built-in modules', async () => {
    const faults = new Recorder();
    const fs = require('node:fs/promises') as { stat(path: string): Promise<unknown> };
    faults.patch(fs, 'stat');
    await fs.stat('.');
    faults.restore();
    expect(labelsOf(faults)).toEqual(['stat(".")']);
  });

  it.each([
    [{ read: 1 }, '1 was given'],
    [1, '1 was given'],
    [Object.freeze({ read: () => 1 }), 'function read() was given'],
  ])('refuses %p', (object, given) => {
    expect(() => new Recorder().patch(object as { read: unknown }, 'read')).toThrow(
      `Cannot patch: faults.patch() takes an object and the names of methods that can be replaced, but ${given}. Is read a method? For a module, pass its default export.`,
    );
  });
});
