import type { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { aclosing, asyncContextManager, enter } from 'withal';

/** What a stream yields, in as many loops as the block likes. After the block the stream is closed. */
export const reading = asyncContextManager(async function* reading<T>(stream: Readable) {
  // A stream that fails while nobody reads it would end the process.
  stream.on('error', ignore);
  const chunks: AsyncIterable<T> = stream;
  try {
    yield yield* enter(aclosing(chunks));
  } finally {
    await destroyed(stream);
  }
});

/**
 * A stream to write to. If the block returned, it is ended, and waited for until everything is written; if the block
 * threw, it is destroyed. Through the others, if there are any, what is written goes on into the last.
 */
export const writing = asyncContextManager(async function* writing<W extends Writable>(
  stream: W,
  ...others: Writable[]
) {
  const written = others.length > 0 ? pipeline([stream, ...others]) : finished(stream);
  // It may fail long before the block is done.
  written.catch(ignore);
  try {
    yield stream;
    // One that was destroyed in the block, and is then ended, would pass for one that has finished.
    if (!stream.destroyed) stream.end();
    await written;
  } catch (error) {
    await Promise.all([stream, ...others].map(destroyed));
    throw error;
  }
});

async function destroyed(stream: Readable | Writable): Promise<void> {
  stream.destroy();
  if (!stream.closed) await new Promise((closed) => stream.once('close', closed));
}

const ignore = () => undefined;
