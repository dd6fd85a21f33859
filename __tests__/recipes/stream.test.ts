import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, get, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reading, writing } from '../../docs/recipes/stream/stream.ts';
import { aclosing, AsyncExitStack, asyncContextManager, closing, enter, withAsync } from '../../lib/index.ts';

const directory = asyncContextManager(async function* directory() {
  const path = await mkdtemp(join(tmpdir(), 'withal-stream-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

interface Origin {
  readonly url: string;
  /** How many connections were opened. */
  opened(): number;
  /** Waits until the last request has a response, or its connection is closed. */
  untilLeft(): Promise<unknown>;
}

const origin = asyncContextManager(async function* origin(listener: RequestListener) {
  let opened = 0;
  let left: Promise<unknown> | undefined;
  const server = createServer((request, response) => {
    left = new Promise((resolve) => response.on('close', resolve));
    listener(request, response);
  }).on('connection', () => opened++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  yield* enter(server);
  yield* enter(closing(server, (server) => server.closeAllConnections()));
  const made: Origin = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    opened: () => opened,
    untilLeft: async () => left,
  };
  yield made;
});

const resources: RequestListener = ({ url }, response) => {
  if (url === '/short') response.end('short');
  else if (url === '/dying') response.write('first', () => response.destroy());
  else response.write('first');
  if (url === '/endless') {
    const timer = setInterval(() => response.write('next'), 1);
    response.on('close', () => clearInterval(timer));
  }
};

let stack: AsyncExitStack;
let folder: string;
let path: string;

beforeEach(async () => {
  stack = new AsyncExitStack();
  folder = await stack.enterContext(directory());
  path = join(folder, 'file');
  await writeFile(path, content);
});

afterEach(() => stack.exitAsync());

/** Four chunks. */
const content = 'x'.repeat(4 * 64 * 1024);

async function lengthsOf(chunks: AsyncIterable<Uint8Array | string>): Promise<number[]> {
  const lengths: number[] = [];
  for await (const { length } of chunks) lengths.push(length);
  return lengths;
}

async function firstOf<T>(chunks: AsyncIterable<T>): Promise<T | undefined> {
  for await (const chunk of chunks) return chunk;
  return undefined;
}

const text = (chunk: unknown) => Buffer.from(chunk as Uint8Array).toString();

const failure = new Error('no');

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

const premature = { code: 'ERR_STREAM_PREMATURE_CLOSE' };

describe('reading', () => {
  it('continues in a second loop where the first stopped, and closes the file', async () => {
    const file = createReadStream(path);
    const lengths = await withAsync(reading<Buffer>(file), async (chunks) => {
      expect(await firstOf(chunks)).toHaveLength(64 * 1024);
      expect(file.destroyed).toBe(false);
      return lengthsOf(chunks);
    });
    expect(lengths).toHaveLength(3);
    expect(file.closed).toBe(true);
  });

  it('closes a file that was left early', async () => {
    const file = createReadStream(path, 'utf8');
    const first = await withAsync(reading<string>(file), firstOf);
    expect(first).toHaveLength(64 * 1024);
    expect(file).toMatchObject({ closed: true, fd: null });
  });

  it('closes a file that was never read', async () => {
    const file = createReadStream(path);
    await withAsync(reading(file), () => {});
    expect(file).toMatchObject({ closed: true, fd: null });
  });

  it('yields nothing more after the block', async () => {
    // eslint-disable-next-line withal/no-escaping-value -- to see that it has ended
    const chunks = await withAsync(reading<Buffer>(createReadStream(path)), (chunks) => chunks);
    expect(await lengthsOf(chunks)).toEqual([]);
  });

  it.each([failure, undefined, null, 0, ''])('closes if the block throws %p, and rethrows that', async (thrown) => {
    const file = createReadStream(path);
    const block = withAsync(reading(file), async (chunks) => {
      await firstOf(chunks);
      throw thrown;
    });
    expect(await errorOf(block)).toBe(thrown);
    expect(file.closed).toBe(true);
  });

  it("fails in the loop if the file can't be opened, at once or later", async () => {
    const missing = () => createReadStream(join(folder, 'missing'));
    await expect(withAsync(reading(missing()), firstOf)).rejects.toThrow('ENOENT');
    const file = missing();
    const late = withAsync(reading(file), async (chunks) => {
      await new Promise((resolve) => file.on('error', resolve));
      return firstOf(chunks);
    });
    await expect(late).rejects.toThrow('ENOENT');
    expect(file.closed).toBe(true);
  });

  it('fails in the reading loop when the stream fails', async () => {
    async function* failing() {
      yield 'first';
      throw failure;
    }
    const stream = Readable.from(failing());
    const block = withAsync(reading<string>(stream), async (chunks) => {
      expect(await firstOf(chunks)).toBe('first');
      return firstOf(chunks);
    });
    expect(await errorOf(block)).toBe(failure);
    expect(stream.closed).toBe(true);
  });

  it('fails if the stream does, even if nothing reads it', async () => {
    const missing = () => createReadStream(join(folder, 'missing'));
    expect(await errorOf(withAsync(reading(missing()), () => 'done'))).toMatchObject({ code: 'ENOENT' });
    const file = missing();
    const late = withAsync(reading(file), async () => {
      await new Promise((resolve) => file.on('error', resolve));
      return 'done';
    });
    expect(await errorOf(late)).toMatchObject({ code: 'ENOENT' });
  });

  it('fails if the stream fails to close', async () => {
    const stream = new Readable({ read() {}, destroy: (_error, callback) => callback(failure) });
    expect(await errorOf(withAsync(reading(stream), () => 'done'))).toBe(failure);
    expect(stream.closed).toBe(true);
  });

  it('releases readers that still wait for more', async () => {
    const stream = new PassThrough();
    stream.write('first');
    const next = await withAsync(reading(stream), async (chunks) => {
      await chunks.next();
      return [errorOf(chunks.next())];
    });
    expect(await next[0]).toMatchObject(premature);
    expect(stream.closed).toBe(true);
  });

  it('closes the connection of a response that was left early', async () => {
    const { url, untilLeft } = await stack.enterContext(origin(resources));
    const [response] = (await once(get(`${url}/endless`), 'response')) as [IncomingMessage];
    expect(text(await withAsync(reading<Buffer>(response), firstOf))).toContain('first');
    expect(response.closed).toBe(true);
    await untilLeft();
  });
});

describe('writing', () => {
  it('has written everything and closed the file after the block', async () => {
    const file = createWriteStream(path);
    const given = await withAsync(writing(file), async (stream) => {
      expect(stream).toBe(file);
      stream.write('first, ');
      await pipeline(['second, ', 'third'], stream, { end: false });
      return 'done';
    });
    expect(given).toBe('done');
    expect(file).toMatchObject({ writableFinished: true, closed: true });
    expect(await readFile(path, 'utf8')).toBe('first, second, third');
  });

  it.each([failure, undefined, null, 0, ''])(
    'destroys the stream if the block throws %p, and rethrows that',
    async (thrown) => {
      const file = createWriteStream(path);
      const block = withAsync(writing(file), (stream) => {
        stream.write('first');
        throw thrown;
      });
      expect(await errorOf(block)).toBe(thrown);
      expect(file).toMatchObject({ writableFinished: false, closed: true });
    },
  );

  it("fails if the file can't be opened", async () => {
    const file = createWriteStream(folder);
    const block = withAsync(writing(file), (stream) => {
      stream.write('first');
    });
    expect(await errorOf(block)).toMatchObject({ code: 'EISDIR' });
    expect(file.closed).toBe(true);
  });

  it('fails if the stream failed long before the block was done', async () => {
    const file = createWriteStream(folder);
    const block = withAsync(writing(file), (stream) => new Promise((resolve) => stream.on('error', resolve)));
    expect(await errorOf(block)).toMatchObject({ code: 'EISDIR' });
  });

  it("throws the block's error if the stream fails too", async () => {
    const file = createWriteStream(folder);
    const block = withAsync(writing(file), async (stream) => {
      await new Promise((resolve) => stream.on('error', resolve));
      throw failure;
    });
    expect(await errorOf(block)).toBe(failure);
  });

  const pass = (...args: unknown[]) => (args.at(-1) as () => void)();
  const reject = (...args: unknown[]) => (args.at(-1) as (error: Error) => void)(failure);

  it.each([
    ['writes', { write: reject }],
    ['writes the last', { write: pass, final: reject }],
    ['closes', { write: pass, destroy: reject }],
  ])('fails if the stream fails as it %s', async (_what, options) => {
    const stream = new Writable(options);
    const block = withAsync(writing(stream), (stream) => {
      stream.write('first');
    });
    expect(await errorOf(block)).toBe(failure);
    expect(stream.closed).toBe(true);
  });

  it.each<[string, (stream: Writable) => unknown]>([
    ['waited for that', (stream) => pipeline(['first, ', 'second'], stream)],
    ['said no more', (stream) => void stream.end('first, second')],
  ])('has written everything if the block ended the stream, and %s', async (_what, write) => {
    const file = createWriteStream(path);
    await withAsync(writing(file), write);
    expect(file.closed).toBe(true);
    expect(await readFile(path, 'utf8')).toBe('first, second');
  });

  it("fails if the block doesn't wait for what it pipes", async () => {
    const block = withAsync(writing(createWriteStream(path)), (stream) => {
      Readable.from(['first, ', 'second']).pipe(stream);
    });
    expect(await errorOf(block)).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' });
  });

  it('fails if the block has destroyed the stream', async () => {
    const block = withAsync(writing(createWriteStream(path)), (stream) => {
      stream.destroy();
    });
    expect(await errorOf(block)).toMatchObject(premature);
  });

  it('writes through other streams into the last', async () => {
    const [gzip, file] = [createGzip(), createWriteStream(path)];
    await withAsync(writing(gzip, file), (stream) => {
      stream.write('first, ');
      stream.write('second');
    });
    expect([gzip.closed, file.closed]).toEqual([true, true]);
    expect(gunzipSync(await readFile(path)).toString()).toBe('first, second');
  });

  it('fails if the last fails, and destroys them all', async () => {
    const [gzip, file] = [createGzip(), createWriteStream(folder)];
    const block = withAsync(writing(gzip, file), (stream) => {
      stream.write('first');
    });
    expect(await errorOf(block)).toMatchObject({ code: 'EISDIR' });
    expect([gzip.closed, file.closed]).toEqual([true, true]);
  });

  it('destroys them all if the block throws', async () => {
    const [gzip, file] = [createGzip(), createWriteStream(path)];
    const block = withAsync(writing(gzip, file), (stream) => {
      stream.write('first');
      throw failure;
    });
    expect(await errorOf(block)).toBe(failure);
    expect([gzip.closed, file.closed, file.writableFinished]).toEqual([true, true, false]);
  });

  it('works for responses too, and leaves the connection to the next', async () => {
    const blocks: Promise<unknown>[] = [];
    const { url, opened } = await stack.enterContext(
      origin((_request, response) => {
        blocks.push(withAsync(writing(response), (stream) => stream.write('first, ') && stream.write('second')));
      }),
    );
    await withAsync(
      closing(new Agent({ keepAlive: true, maxSockets: 1 }), (agent) => agent.destroy()),
      async (agent) => {
        for (let time = 0; time < 2; time++) {
          const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
          const chunks = await withAsync(reading<Buffer>(response), (chunks) => collect(chunks));
          expect(chunks).toBe('first, second');
        }
      },
    );
    expect(await Promise.all(blocks)).toEqual([true, true]);
    expect(opened()).toBe(1);
  });

  it('breaks off the response if the block throws', async () => {
    const { url } = await stack.enterContext(
      origin((_request, response) => {
        const block = withAsync(writing(response), async (stream) => {
          stream.write('first');
          await received;
          throw failure;
        });
        block.catch(() => {});
      }),
    );
    let receive: () => void;
    const received = new Promise<void>((resolve) => (receive = resolve));
    const response = await fetch(url);
    const block = withAsync(aclosing(response.body ?? []), async (chunks) => {
      expect(text(await firstOf(chunks))).toBe('first');
      receive();
      return firstOf(chunks);
    });
    await expect(block).rejects.toThrow('terminated');
  });

  it('fails if the client leaves before the end', async () => {
    let block: Promise<unknown> | undefined;
    const { url } = await stack.enterContext(
      origin((_request, response) => {
        block = withAsync(writing(response), async (stream) => {
          stream.write('first');
          await new Promise((resolve) => stream.on('close', resolve));
        });
        block.catch(() => {});
      }),
    );
    const response = await fetch(url);
    await response.body?.cancel();
    expect(await errorOf(block ?? Promise.resolve())).toMatchObject(premature);
  });
});

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let all = '';
  for await (const chunk of chunks) all += text(chunk);
  return all;
}

describe('a web stream', () => {
  let server: Origin;

  beforeEach(async () => {
    server = await stack.enterContext(origin(resources));
  });

  async function bodyOf(path: string): Promise<NonNullable<Response['body']>> {
    const { body } = await fetch(server.url + path);
    if (!body) throw new Error('There is no body.');
    return body;
  }

  it('is resumed, and then canceled and unlocked', async () => {
    const body = await bodyOf('/endless');
    await withAsync(aclosing(body), async (chunks) => {
      expect(text(await firstOf(chunks))).toMatch(/^first/);
      expect(body.locked).toBe(true);
      expect(text(await firstOf(chunks))).toMatch(/^next/);
    });
    expect(body.locked).toBe(false);
    await server.untilLeft();
  });

  it('is canceled if it is never read', async () => {
    const body = await bodyOf('/endless');
    await withAsync(aclosing(body), () => {});
    expect(body.locked).toBe(false);
    await server.untilLeft();
  });

  it("isn't locked if it was read to its end, or broke off", async () => {
    const short = await bodyOf('/short');
    expect(await withAsync(aclosing(short), collect)).toBe('short');
    const dying = await bodyOf('/dying');
    await expect(withAsync(aclosing(dying), collect)).rejects.toThrow('terminated');
    expect([short.locked, dying.locked]).toEqual([false, false]);
  });

  it('fails if it broke off, even if nothing reads it', async () => {
    const broken = new ReadableStream({ start: (controller) => controller.error(failure) });
    expect(await errorOf(withAsync(aclosing(broken), () => {}))).toBe(failure);
  });

  it("isn't taken if it is already locked", async () => {
    const body = await bodyOf('/endless');
    const reader = body.getReader();
    expect(await errorOf(withAsync(aclosing(body), firstOf))).toMatchObject({ code: 'ERR_INVALID_STATE' });
    await reader.cancel();
  });

  it('is canceled if it still waits for more', async () => {
    const block = withAsync(aclosing(await bodyOf('/stalled')), async (chunks) => {
      await chunks.next();
      chunks.next().catch(() => {});
      return 'done';
    });
    expect(await block).toBe('done');
    await server.untilLeft();
  });

  it('is released like a Node stream if it still waits for more', async () => {
    const stream = Readable.fromWeb(await bodyOf('/stalled'));
    await withAsync(reading<Uint8Array>(stream), async (chunks) => {
      expect(text((await chunks.next()).value)).toBe('first');
      // eslint-disable-next-line withal/settle-in-body -- it should wait after the block
      chunks.next().catch(() => {});
    });
    await server.untilLeft();
  });

  it('can be read like a Node stream', async () => {
    expect(await withAsync(reading<Uint8Array>(Readable.fromWeb(await bodyOf('/short'))), collect)).toBe('short');
    const dying = withAsync(reading<Uint8Array>(Readable.fromWeb(await bodyOf('/dying'))), collect);
    await expect(dying).rejects.toThrow('terminated');
    await withAsync(reading(Readable.fromWeb(await bodyOf('/endless'))), () => {});
    await server.untilLeft();
  });
});
