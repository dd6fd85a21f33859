import { once } from 'node:events';
import { MessageChannel, Worker, type WorkerOptions } from 'node:worker_threads';
import { asyncContextManager, closing, enter } from 'withal';
import { unlessAborted } from '../lock/lock.ts';

/**
 * Sends a question to the thread, and returns the answer. Rejects with what the thread
 * threw, with the reason why it ended, or with the signal's reason.
 */
export type Ask<Question, Answer> = (
  question: Question,
  signal?: AbortSignal,
) => Promise<Answer>;

/**
 * A thread whose file calls `answering`. After the block, waits for the thread to
 * finish; if the block throws, terminates it.
 */
export const worker = asyncContextManager(async function* worker<Question, Answer>(
  file: URL,
  options: WorkerOptions = {},
) {
  const thread = yield* enter(
    closing(new Worker(file, options), (thread) => thread.terminate()),
  );
  const { exit, gone } = endOf(thread);
  await unlessAborted(once(thread, 'message'), gone);
  yield asking<Question, Answer>(thread, gone);
  thread.postMessage('stop');
  if ((await exit) !== 0) throw gone.reason;
});

/** The thread's exit code, and a signal whose reason says why the thread has ended. */
function endOf(thread: Worker) {
  const end = new AbortController();
  thread.once('error', (error) => end.abort(error));
  const exit = new Promise<number>((resolve) => thread.once('exit', resolve));
  thread.once('exit', (code) =>
    end.abort(new Error(`The thread ended with exit code ${String(code)}.`)),
  );
  return { exit, gone: end.signal };
}

type Reply<Answer> = { readonly answer: Answer } | { readonly error: unknown };

function asking<Question, Answer>(
  thread: Worker,
  gone: AbortSignal,
): Ask<Question, Answer> {
  return async (question, signal) => {
    signal?.throwIfAborted();
    const { port1: here, port2: there } = new MessageChannel();
    try {
      const replied = once(here, 'message');
      thread.postMessage({ question, port: there }, [there]);
      const [reply] = (await unlessAborted(replied, gone, signal)) as [Reply<Answer>];
      if ('error' in reply) throw reply.error;
      return reply.answer;
    } finally {
      here.close();
    }
  };
}
