import { spawn, type ChildProcessByStdio, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { asyncContextManager } from 'withal';

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Says how a child process failed. */
export class ExitError extends Error implements Ending {
  override readonly name = 'ExitError';
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;

  constructor(command: string, { code, signal }: Ending, options?: ErrorOptions) {
    super(
      `${command} ${signal ? `was ended by ${signal}` : `ended with exit code ${String(code)}`}.`,
      options,
    );
    this.code = code;
    this.signal = signal;
  }
}

/**
 * A child process. After the block, waits for it to succeed; if the block throws, kills
 * it.
 */
export const child = asyncContextManager(async function* child(
  command: string,
  args: readonly string[] = [],
  options: Omit<SpawnOptions, 'stdio'> = {},
) {
  const child = spawn(command, args, {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = endOf(child);
  await once(child, 'spawn');
  try {
    yield child;
  } catch (error) {
    const ending = await killed(child, ended);
    // If the process failed first, that may be why the block did.
    throw ending.signal === 'SIGKILL' || isSuccess(ending)
      ? error
      : new ExitError(command, ending, { cause: error });
  }
  child.stdin.end();
  // Otherwise it could wait forever to write output that nobody reads.
  child.stdout.resume();
  const ending = await ended;
  if (!isSuccess(ending)) throw new ExitError(command, ending);
});

type Child = ChildProcessByStdio<Writable, Readable, null>;

function endOf(child: Child): Promise<Ending> {
  // The exit code says what went wrong; an error event without a listener would end
  // this process, too.
  for (const emitter of [child, child.stdin]) emitter.on('error', () => undefined);
  return new Promise((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
}

function killed(child: Child, ended: Promise<Ending>): Promise<Ending> {
  child.kill('SIGKILL');
  // Its own children may hold these streams open, too.
  child.stdin.destroy();
  child.stdout.destroy();
  return ended;
}

function isSuccess({ code }: Ending): boolean {
  return code === 0;
}
