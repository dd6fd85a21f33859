import { inspect } from 'node:util';
import { createSocket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { createReadStream, createWriteStream, type ReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import { connect, createServer as createNetServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf } from './helpers/outcome.ts';

const bodyError = new Error('body');
const throwsBody = () => {
  throw bodyError;
};

describe.each(builds)('%s', (_build, { closing, withAsync, withSync }) => {
  describe('closing', () => {
    it('returns the thing, and closes it after the block', () => {
      const thing = { close: jest.fn<(this: unknown) => void>() };
      expect(withSync(closing(thing), (value) => [value === thing, thing.close.mock.calls.length])).toEqual([true, 0]);
      expect(thing.close.mock.contexts).toEqual([thing]);
    });

    it('closes after an error, and never suppresses it, whatever closing returns', async () => {
      const thing = { close: jest.fn(() => true) };
      expect(await errorOf(() => withSync(closing(thing), throwsBody))).toBe(bodyError);
      expect(
        await errorOf(() => withAsync(closing({ close: async () => Promise.resolve({ value: 1 }) }), throwsBody)),
      ).toBe(bodyError);
      expect(thing.close).toHaveBeenCalledTimes(1);
    });

    it('closes with the given function', async () => {
      const close = jest.fn();
      const thing = { close() {} };
      withSync(closing(thing, close), () => undefined);
      expect(close.mock.calls).toEqual([[thing]]);
    });

    it("awaits the close in withAsync, and keeps its error and the body's", async () => {
      const failed = new Error('closing failed');
      const pool = { end: async () => Promise.reject(failed) };
      const manager = closing(pool, async (given) => given.end());
      expect(await errorOf(() => withAsync(manager, () => 'result'))).toBe(failed);
      expect(await errorOf(() => withAsync(manager, throwsBody))).toBe(failed);
      expect(failed.cause).toBe(bodyError);
    });

    it('refuses a close that returns a promise in withSync', async () => {
      const error = await errorOf(() =>
        withSync(closing({ close: async () => Promise.reject(new Error('unseen')) }) as never, () => 1),
      );
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain('Did you mean withAsync(), or exitAsync()?');
    });

    it('waits for any thenable', async () => {
      const failed = new Error('closing failed');
      const closes = {
        close: () => ({ then: (_resolve: unknown, reject: (error: unknown) => void) => setTimeout(reject, 0, failed) }),
      };
      expect(await errorOf(() => withAsync(closing(closes) as never, () => 'result'))).toBe(failed);
      expect(await errorOf(() => withSync(closing(closes) as never, () => 'result'))).toBeInstanceOf(TypeError);
    });

    it('can be used many times', () => {
      const thing = { close: jest.fn() };
      const manager = closing(thing);
      withSync(manager, () => withSync(manager, () => undefined));
      expect(thing.close).toHaveBeenCalledTimes(2);
    });

    describe('with a thing that closes after its close() returns', () => {
      const listening = async <S extends Server>(server: S) => {
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        return server;
      };

      const portOf = (server: Server) => (server.address() as AddressInfo).port;

      it('waits for the requests of an HTTP server', async () => {
        const answered = jest.fn();
        const server = createHttpServer((_request, response) => {
          setTimeout(() => {
            answered();
            response.end('done');
          }, 30);
        });
        let response: Promise<string> | undefined;
        await withAsync(closing(await listening(server)), async () => {
          response = fetch(`http://127.0.0.1:${String(portOf(server))}`, { headers: { connection: 'close' } }).then(
            async (answer) => answer.text(),
          );
          await once(server, 'request');
        });
        expect(answered).toHaveBeenCalledTimes(1);
        expect(await response).toBe('done');
      });

      it('waits for the connections of a TCP server and of an HTTP/2 server', async () => {
        const server = await listening(createNetServer());
        const ended = jest.fn();
        await withAsync(closing(server), async () => {
          const socket = connect(portOf(server), '127.0.0.1');
          await once(server, 'connection');
          setTimeout(() => {
            ended();
            socket.destroy();
          }, 20);
        });
        expect(ended).toHaveBeenCalledTimes(1);
        const http2 = await listening(createHttp2Server());
        await withAsync(closing(http2), async () => {
          const session = connectHttp2(`http://127.0.0.1:${String(portOf(http2))}`);
          await once(http2, 'session');
          setTimeout(() => {
            ended();
            session.close();
          }, 20);
        });
        expect(ended).toHaveBeenCalledTimes(2);
      });

      it.each<[string, () => Server]>([
        ['HTTP', () => createHttpServer()],
        ['HTTPS', () => createHttpsServer()],
        ['sockets', () => createNetServer()],
        ['HTTP/2', () => createHttp2Server()],
      ])("keeps the error of a %s server that was already closed, and the block's", async (_kind, create) => {
        const server = create();
        const notRunning = expect.objectContaining({ code: 'ERR_SERVER_NOT_RUNNING' });
        expect(await errorOf(() => withAsync(closing(server), () => 'never listened'))).toEqual(notRunning);
        await listening(server);
        const closedInside = () => void server.close();
        expect(await errorOf(() => withAsync(closing(server), closedInside))).toEqual(notRunning);
        const error = await errorOf(() => withAsync(closing(server), throwsBody));
        expect(error).toEqual(notRunning);
        expect(error).toHaveProperty('cause', bodyError);
      });

      it('waits for a UDP socket, and keeps its error', async () => {
        const socket = createSocket('udp4');
        const closed = once(socket, 'close');
        await withAsync(closing(socket), () => undefined);
        await closed;
        expect(await errorOf(() => withAsync(closing(socket), () => undefined))).toHaveProperty(
          'code',
          'ERR_SOCKET_DGRAM_NOT_RUNNING',
        );
      });

      it('has written everything to a file', async () => {
        const directory = await mkdtemp(join(tmpdir(), 'closing-'));
        try {
          const path = join(directory, 'file');
          const stream = createWriteStream(path);
          await withAsync(closing(stream), () => {
            for (let part = 0; part < 100; part++) stream.write('x'.repeat(10_000));
          });
          expect((await stat(path)).size).toBe(1_000_000);
          expect(stream.closed).toBe(true);
          await withAsync(closing(stream), () => 'again');
        } finally {
          await rm(directory, { recursive: true });
        }
      });

      it('reports a failed write', async () => {
        const stream = createWriteStream('/dev/full');
        const error = await errorOf(() => withAsync(closing(stream), () => void stream.write('text')));
        expect(error).toHaveProperty('code', 'ENOSPC');
        expect(stream.listenerCount('error')).toBe(0);
      });

      it('has closed a file that was read, however far', async () => {
        const path = fileURLToPath(import.meta.url);
        for (const body of [
          () => undefined,
          async (stream: ReadStream) => void (await once(stream, 'readable')),
          async (stream: ReadStream) => {
            for await (const _ of stream);
          },
          (stream: ReadStream) => void stream.destroy(),
        ]) {
          const stream = createReadStream(path, { highWaterMark: 64 });
          await withAsync(closing(stream), body);
          expect(stream.closed).toBe(true);
        }
      });

      it("doesn't report again an error that a stream has reported", async () => {
        const missing = () => createReadStream(join(tmpdir(), 'no such', 'file'));
        const read = async (stream: ReadStream) => {
          for await (const _ of stream);
        };
        expect(await withAsync(closing(missing()), async (stream) => outcomeOf(() => read(stream)))).toHaveProperty(
          'error.code',
          'ENOENT',
        );
        const error = await errorOf(() => withAsync(closing(missing()), read));
        expect(error).toHaveProperty('code', 'ENOENT');
        expect(error).not.toHaveProperty('cause');
      });

      it('refuses it in withSync', () => {
        expect(() => withSync(closing(createNetServer()) as never, () => undefined)).toThrow(
          'Did you mean withAsync(), or exitAsync()?',
        );
      });

      /** A function that declares that many parameters. */
      const declaring = <F extends (...args: never[]) => unknown>(length: number, close: F) =>
        Object.defineProperty(close, 'length', { value: length }) as unknown as () => ReturnType<F>;

      /** An event emitter with this `close()`. */
      const emitter = (close: () => unknown) =>
        Object.assign(new EventEmitter(), { close, [Symbol.asyncDispose]: jest.fn(async () => Promise.resolve()) });

      it('needs no callback if close() returns a promise', async () => {
        const failed = new Error('closing failed');
        for (const close of [jest.fn(async () => Promise.resolve(true)), async () => Promise.resolve({ value: 1 })]) {
          const thing = emitter(declaring(1, close));
          expect(await withAsync(closing(thing), () => 'result')).toBe('result');
          expect(await errorOf(() => withAsync(closing(thing), throwsBody))).toBe(bodyError);
          expect(thing[Symbol.asyncDispose]).not.toHaveBeenCalled();
        }
        const failing = emitter(
          declaring(
            1,
            jest.fn(async () => Promise.reject(failed)),
          ),
        );
        expect(await errorOf(() => withAsync(closing(failing), () => 'result'))).toBe(failed);
      });

      it('keeps what close() throws at once, and what it calls back with', async () => {
        const failed = new Error('closing failed');
        const throwing = () => {
          throw failed;
        };
        const calling = (callback: (error: unknown) => void) => {
          setTimeout(callback, 1, failed);
        };
        for (const close of [declaring(1, throwing), declaring(1, calling)]) {
          const thing = emitter(close);
          expect(await errorOf(() => withAsync(closing(thing), () => 'result'))).toBe(failed);
          expect(thing.listenerCount('error')).toBe(0);
        }
      });

      it.each([0, 2])('closes as usual if close declares %p parameters', async (length) => {
        const close = jest.fn();
        const thing = emitter(declaring(length, close));
        await withAsync(closing(thing), () => 'result');
        expect(close.mock.calls).toEqual([[]]);
        expect(thing[Symbol.asyncDispose]).not.toHaveBeenCalled();
      });

      it("closes as usual with an async function, whose parameter isn't a callback", async () => {
        const close = jest.fn();
        const disposed = jest.fn();
        const thing = {
          async close(force?: boolean) {
            close(force);
          },
          async [Symbol.asyncDispose]() {
            disposed();
          },
        };
        await withAsync(closing(thing), () => 'result');
        expect(close.mock.calls).toEqual([[undefined]]);
        expect(disposed).not.toHaveBeenCalled();
      });

      it("closes as usual what can't be disposed of", async () => {
        const close = jest.fn();
        await withAsync(
          closing(Object.assign(emitter(declaring(1, close)), { [Symbol.asyncDispose]: null })),
          () => 'result',
        );
        expect(close.mock.calls).toEqual([[]]);
      });

      it.each<[string, object]>([
        ['an object that emits no events', {}],
        ['an object with only on()', { on() {} }],
        ['an object with only off()', { off() {} }],
      ])('disposes of %s, whose parameter may not be a callback', async (_what, more) => {
        const close = jest.fn();
        const disposed = jest.fn();
        const thing = {
          ...more,
          close: declaring(1, close),
          async [Symbol.asyncDispose](...args: unknown[]) {
            await new Promise(setImmediate);
            disposed(this, ...args);
          },
        };
        await withAsync(closing(thing), () => 'result');
        expect(disposed.mock.calls).toEqual([[thing]]);
        expect(close).not.toHaveBeenCalled();
      });
    });

    it.each<[string, unknown[], string]>([
      ['nothing', [], 'closing() takes a thing with a close(), but undefined was given'],
      ['a thing without a close()', [{}], 'closing() takes a thing with a close(), but an object (Object) was given'],
      ["a close that isn't a function", [{}, 'close'], 'closing() takes a function that closes, but "close" was given'],
      ['a close that is null', [{ close() {} }, null], 'closing() takes a function that closes, but null was given'],
    ])('refuses %s', (_what, args, message) => {
      const make = () => (closing as (...args: unknown[]) => unknown)(...args);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
    });

    it("doesn't wait for a thing that is also a promise, as a child process can be", async () => {
      let close!: () => void;
      const child = Object.assign(new Promise<void>((resolve) => (close = resolve)), { kill: () => close() });
      expect(
        await withAsync(
          closing(child, (thing) => thing.kill()),
          (thing) => [thing === (child as unknown)],
        ),
      ).toEqual([true]);
      await child;
      expect(withSync(closing(child, (thing) => thing.kill()) as never, (thing: unknown) => [thing === child])).toEqual(
        [true],
      );
    });

    it('shows its name, but nothing of the thing', () => {
      const shown = closing({ password: 'secret', close() {} });
      expect([inspect(shown), JSON.stringify(shown)]).toEqual(["{ manager: 'closing' }", '{"manager":"closing"}']);
    });
  });
});
