import type { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { aclosing, asyncContextManager, enter } from 'withal';

/**
 * The chunks of a stream, in as many loops as the block likes. Closes the stream after
 * the block.
 */
export const reading = asyncContextManager(async function* reading<T>(
  stream: Readable,
) {
  // Without a listener, a stream that fails while nothing reads it ends the process.
  stream.on('error', ignore);
  const chunks: AsyncIterable<T> = stream;
  try {
    yield yield* enter(aclosing(chunks));
  } finally {
    await destroyed(stream);
  }
});

/**
 * A stream to write to. If the block returned, ends it, and waits until everything is
 * written; if the block threw, destroys it. If there are other streams, the data goes
 * through them into the last one.
 */
export const writing = asyncContextManager(async function* writing<W extends Writable>(
  stream: W,
  ...others: Writable[]
) {
  const written = others.length > 0 ? pipeline([stream, ...others]) : finished(stream);
  // It may fail long before the block ends.
  written.catch(ignore);
  try {
    yield stream;
    // If the block destroyed the stream, ending it would make it look finished.
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
