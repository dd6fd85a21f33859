import { Console } from 'node:console';
import { once } from 'node:events';
import { Readable, Transform, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withAsync, withSync, type ContextManager } from '../../lib/index.ts';
import { nodeBuilds, nodeCopies, type NodeLibrary } from '../helpers/builds.ts';
import { errorOf, outcomeOf } from '../helpers/outcome.ts';

interface Case {
  readonly build: string;
  readonly name: 'redirectStderr' | 'redirectStdout';
  readonly redirect: NodeLibrary['redirectStdout'];
  readonly stream: 'stderr' | 'stdout';
}

const cases = nodeBuilds.flatMap<Case>(([build, { redirectStderr, redirectStdout }]) => [
  { build, name: 'redirectStdout', redirect: redirectStdout, stream: 'stdout' },
  { build, name: 'redirectStderr', redirect: redirectStderr, stream: 'stderr' },
]);

describe.each(cases)('$build: $name', ({ name, redirect, stream: key }) => {
  const stream = process[key];
  const inherited = Object.getOwnPropertyDescriptor(stream, 'write');
  let out: string[];
  let original: PropertyDescriptor;

  /** What comes out when nothing is redirected is caught here, so that it doesn't disturb the report. */
  beforeEach(() => {
    out = [];
    original = {
      value(chunk: string, ...rest: unknown[]) {
        out.push(chunk);
        const callback = rest.find((arg) => typeof arg === 'function');
        if (callback) process.nextTick(callback);
        return true;
      },
      writable: true,
      enumerable: false,
      configurable: true,
    };
    Object.defineProperty(stream, 'write', original);
  });

  const current = () => Object.getOwnPropertyDescriptor(stream, 'write');

  afterEach(() => {
    // eslint-disable-next-line jest/no-standalone-expect -- no test may leave anything behind
    expect(current()).toEqual(original);
    if (inherited) Object.defineProperty(stream, 'write', inherited);
    else Reflect.deleteProperty(stream, 'write');
  });

  /** An entry whose end is chosen by the test. */
  const open = (manager: ContextManager<unknown>) => {
    manager.enter();
    return () => manager.exit();
  };

  describe('the target', () => {
    it('gets text pushed if it is an array, which the block gets', async () => {
      const texts: string[] = [];
      const body = (given: string[]) => {
        stream.write('a');
        stream.write(`b${String(given === texts)}`);
      };
      withSync(redirect(texts), body);
      await withAsync(redirect(texts), body);
      stream.write('after');
      expect([texts, out]).toEqual([['a', 'btrue', 'a', 'btrue'], ['after']]);
    });

    it('gets text through write(), called on the object', () => {
      const log = {
        text: '',
        write(text: string) {
          this.text += text;
          return false;
        },
      };
      expect(withSync(redirect(log), (given) => [given === log, stream.write('one'), stream.write(' two')])).toEqual([
        true,
        true,
        true,
      ]);
      expect(log.text).toBe('one two');
    });

    it('gets the chunk, the encoding and the callback if it is a stream, and its return value is returned', async () => {
      const calls: unknown[][] = [];
      const target = new Writable({
        decodeStrings: false,
        highWaterMark: 3,
        write(chunk, encoding, done) {
          calls.push([chunk, encoding]);
          setTimeout(done);
        },
      });
      const bytes = Buffer.from([1]);
      const results = await withAsync(redirect(target), async () => {
        const answers = [stream.write(bytes), stream.write('68', 'hex'), stream.write('more')];
        const called = new Promise((resolve) => stream.write('last', 'latin1', () => resolve('called')));
        return [...answers, await called, await new Promise((resolve) => stream.write(bytes, resolve))];
      });
      expect(results.slice(0, 4)).toEqual([true, false, false, 'called']);
      expect(calls).toEqual([
        [bytes, 'buffer'],
        ['68', 'hex'],
        ['more', 'utf8'],
        ['last', 'latin1'],
        [bytes, 'buffer'],
      ]);
    });

    it('gets what a console prints', () => {
      const console = new Console(process.stdout, process.stderr);
      const write = key === 'stdout' ? console.log : console.error;
      const texts = withSync(redirect([]), (texts) => {
        write('Hello, %s', 'world');
        return texts;
      });
      expect(texts).toEqual(['Hello, world\n']);
    });

    it('gets the output of the one stream only', () => {
      const other = jest.spyOn(process[key === 'stdout' ? 'stderr' : 'stdout'], 'write').mockReturnValue(true);
      const texts = withSync(redirect([]), (texts) => {
        process[key === 'stdout' ? 'stderr' : 'stdout'].write('other');
        return texts;
      });
      expect([texts, other.mock.calls]).toEqual([[], [['other']]]);
      other.mockRestore();
    });
  });

  describe('text', () => {
    it('is decoded, even if a character comes in two parts', () => {
      const [first, second] = [Buffer.from('€').subarray(0, 2), Buffer.from('€').subarray(2)];
      const texts = withSync(redirect([]), (texts) => {
        stream.write('6869', 'hex');
        stream.write(new Uint8Array([0x21]));
        stream.write(first);
        stream.write(second);
        stream.write('');
        return texts;
      });
      expect(texts).toEqual(['hi', '!', '€']);
    });

    it('is decoded from any view of bytes, as a decoder takes it', () => {
      const { buffer } = Uint8Array.from([0x68, 0x69]);
      const texts = withSync(redirect([]), (texts) => {
        for (const view of [new Uint16Array(buffer), new DataView(buffer)]) stream.write(view as never);
        return texts;
      });
      expect(texts).toEqual(['hi', 'hi']);
    });

    it('goes to a target that has only part of a stream', () => {
      const texts: unknown[] = [];
      const target = { write: (text: unknown) => void texts.push(text), end() {} };
      withSync(redirect(target as never), () => stream.write(Buffer.from('text')));
      expect(texts).toEqual(['text']);
    });

    it("is complete when the block has ended, even if a character isn't", () => {
      const texts = withSync(redirect([]), (texts) => {
        stream.write(Buffer.from('€').subarray(0, 2));
        return texts;
      });
      expect(texts).toEqual(['\uFFFD']);
    });

    it('calls the callback, but only after write() has returned', async () => {
      const events: string[] = [];
      await withAsync(redirect([]), async () => {
        stream.write('a', () => events.push('first'));
        stream.write('b', 'utf8', () => events.push('second'));
        events.push('returned');
        await setImmediate();
      });
      expect(events).toEqual(['returned', 'first', 'second']);
    });

    it('is checked, as a stream checks it', async () => {
      const error = await errorOf(() => withSync(redirect([]), () => stream.write(7 as never)));
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    });
  });

  describe('several redirections', () => {
    it('let through what a later one passes on to them', () => {
      withSync(redirect([]), () => {
        const { write } = stream;
        stream.write = (text: unknown) => write.call(stream, text as string);
      });
      stream.write('later');
      Object.defineProperty(stream, 'write', original);
      expect(out).toEqual(['later']);
    });

    it('nest: the inner one is in force', () => {
      const [outer, inner]: [string[], string[]] = [[], []];
      withSync(redirect(outer), () => {
        stream.write('1');
        withSync(redirect(inner), () => stream.write('2'));
        stream.write('3');
      });
      expect([outer, inner, out]).toEqual([['1', '3'], ['2'], []]);
    });

    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];

    it.each(orders.map((order) => [order]))('end in any order: %j', (order) => {
      const texts: string[][] = [[], [], []];
      const ends = texts.map((target) => open(redirect(target)));
      const active = new Set([0, 1, 2]);
      for (const index of order) {
        stream.write(`before ${String(index)}`);
        expect(texts[Math.max(...active)]?.at(-1)).toBe(`before ${String(index)}`);
        ends[index]?.();
        active.delete(index);
      }
      stream.write('after');
      expect([texts.flat().length, out]).toEqual([3, ['after']]);
    });

    it('can be one manager, nested and concurrent', async () => {
      const texts: string[] = [];
      const manager = redirect(texts);
      const write = async (text: string) => withAsync(manager, () => stream.write(text));
      await withAsync(manager, async () => Promise.all([write('a'), write('b')]));
      stream.write('after');
      expect([texts, out]).toEqual([['a', 'b'], ['after']]);
    });

    it('overlap across the copies of the package', () => {
      const texts: string[][] = nodeCopies.map(() => []);
      const ends = nodeCopies.map(([, library], index) => open(library[name](texts[index] as string[])));
      for (const end of ends) {
        stream.write('x');
        end();
      }
      expect([texts, out]).toEqual([[[], [], ['x', 'x', 'x']], []]);
    });
  });

  describe('what is restored', () => {
    it('is the original, even after an error', async () => {
      const bodyError = new Error('body');
      const failing = () => {
        throw bodyError;
      };
      expect(await errorOf(() => withSync(redirect([]), failing))).toBe(bodyError);
      expect(await errorOf(() => withAsync(redirect([]), failing))).toBe(bodyError);
      expect(current()).toEqual(original);
    });

    it('is the original when the target fails', async () => {
      const failed = new Error('full');
      const target = {
        write() {
          throw failed;
        },
      };
      expect(await errorOf(() => withSync(redirect(target), () => stream.write('x')))).toBe(failed);
      const incomplete = () => stream.write(Buffer.from('€').subarray(0, 2));
      expect(await errorOf(() => withSync(redirect(target), incomplete))).toBe(failed);
    });

    it('is nothing if the original was inherited', () => {
      Reflect.deleteProperty(stream, 'write');
      const { write } = stream;
      withSync(redirect([]), () => stream.write('x'));
      expect([current(), stream.write === write]).toEqual([undefined, true]);
      Object.defineProperty(stream, 'write', original);
    });

    it("doesn't overwrite another replacement, and then passes everything on", async () => {
      const end = open(redirect([]));
      const ours = current() as PropertyDescriptor;
      const theirs = jest.fn((...args: Parameters<typeof stream.write>) =>
        (ours.value as typeof stream.write).apply(stream, args),
      );
      stream.write = theirs as unknown as typeof stream.write;
      end();
      const called = await new Promise<unknown[]>((resolve) => stream.write('x', 'utf8', (...args) => resolve(args)));
      expect([theirs.mock.calls.length, out, called]).toEqual([1, ['x'], []]);

      Object.defineProperty(stream, 'write', ours);
      expect(withSync(redirect([]), (texts) => [stream.write('y'), texts])).toEqual([true, ['y']]);
    });
  });

  describe('a target that writes to the stream', () => {
    it('reaches what was there before', () => {
      const tee = (mark: string) => ({ write: (text: string) => stream.write(`${mark}${text}`) });
      withSync(redirect(tee('1')), () => {
        withSync(redirect(tee('2')), () => stream.write('a'));
        stream.write('b');
      });
      expect(out).toEqual(['12a', '1b']);
    });

    it('may write later, like a stream with a queue', async () => {
      const target = new Writable({
        decodeStrings: false,
        write(chunk: string, encoding, done) {
          stream.write(`> ${chunk}`, encoding, done);
        },
      });
      await withAsync(redirect(target), async () => {
        stream.write('a');
        stream.write('b');
        await new Promise((resolve) => stream.write('c', resolve));
      });
      expect(out).toEqual(['> a', '> b', '> c']);
    });

    it('may be a pipe', async () => {
      const loud = new Transform({
        transform: (chunk, _encoding, done) => done(null, String(chunk).toUpperCase()),
      });
      loud.on('data', (chunk) => stream.write(String(chunk)));
      await withAsync(redirect(loud), async () => {
        stream.write('a');
        await setImmediate();
        stream.write('b');
        await setImmediate();
      });
      expect(out).toEqual(['A', 'B']);
    });

    it("doesn't matter to the callback, which it calls", async () => {
      const target = new Writable({ write: (_chunk, _encoding, done) => stream.write('tee', done) });
      const texts: string[] = [];
      await withAsync(redirect(texts), () =>
        withAsync(redirect(target), async () => {
          const again = new Promise((resolve) => stream.write('a', () => stream.write('b', resolve)));
          await again;
        }),
      );
      expect(texts).toEqual(['tee', 'tee']);
    });

    it('may be the other stream, redirected to this one', async () => {
      const [, library] = nodeBuilds[0] as (typeof nodeBuilds)[0];
      const [other, redirectOther] =
        key === 'stdout' ? [process.stderr, library.redirectStderr] : [process.stdout, library.redirectStdout];
      await withAsync(redirectOther(stream), () => withAsync(redirect(other), () => stream.write('round')));
      expect(out).toEqual(['round']);
    });
  });

  describe('a stream that is full', () => {
    let received: string[];

    const slow = () => {
      received = [];
      return new Writable({
        decodeStrings: false,
        highWaterMark: 1,
        write(chunk: string, _encoding, done) {
          received.push(chunk);
          setTimeout(done);
        },
      });
    };

    it('says so, and a pipe continues when it drains', async () => {
      const chunks = ['one', 'two', 'three', 'four'];
      const target = slow();
      await withAsync(redirect(target), async () => {
        const source = Readable.from(chunks);
        source.pipe(stream, { end: false });
        await once(source, 'end');
      });
      await finished(target.end());
      expect(received).toEqual(chunks);
    });

    it('lets the writer continue when the block has ended, and keeps no listener', async () => {
      const target = slow();
      const listeners = target.listenerCount('drain');
      const drained = once(stream, 'drain');
      withSync(redirect(target), () => {
        expect([stream.write('one'), stream.write('two')]).toEqual([false, false]);
        expect(target.listenerCount('drain')).toBe(listeners + 1);
      });
      expect(target.listenerCount('drain')).toBe(listeners);
      await drained;
      await finished(target.end());
      expect(received).toEqual(['one', 'two']);
    });

    it("doesn't make waiting writers part of the target", async () => {
      const target = slow();
      await withAsync(redirect(target), async () => {
        const rest = new Promise((resolve) => stream.once('drain', () => stream.write('rest', resolve)));
        stream.write('full');
        await rest;
      });
      expect([received, out]).toEqual([['full', 'rest'], []]);
    });
  });

  it.each<[string, unknown[], string]>([
    ['nothing', [], `${name}() takes a stream, an array or an object with a write(), but undefined was given`],
    ['null', [null], 'but null was given'],
    ['the name of a file', ['log.txt'], 'but "log.txt" was given'],
    ['an object without write()', [{}], 'but an object (Object) was given'],
  ])('refuses %s', async (_what, args, message) => {
    const outcome = await outcomeOf(() => (redirect as (...args: unknown[]) => unknown)(...args));
    expect(outcome).toMatchObject({ error: { name: 'TypeError', message: expect.stringContaining(message) } });
  });
});
