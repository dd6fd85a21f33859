import { spawn, type ChildProcessByStdio, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { asyncContextManager } from 'withal';

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How a process ended that did not succeed. */
export class ExitError extends Error implements Ending {
  override readonly name = 'ExitError';
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;

  constructor(command: string, { code, signal }: Ending, options?: ErrorOptions) {
    super(`${command} ${signal ? `was ended by ${signal}` : `ended with exit code ${String(code)}`}.`, options);
    this.code = code;
    this.signal = signal;
  }
}

/** A child process. After the block it is waited for, and must succeed; if the block throws, it is killed. */
export const child = asyncContextManager(async function* child(
  command: string,
  args: readonly string[] = [],
  options: Omit<SpawnOptions, 'stdio'> = {},
) {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = endOf(child);
  await once(child, 'spawn');
  try {
    yield child;
  } catch (error) {
    const ending = await killed(child, ended);
    // Where it had failed before, that may well be why the block did.
    throw ending.signal === 'SIGKILL' || isSuccess(ending) ? error : new ExitError(command, ending, { cause: error });
  }
  child.stdin.end();
  // It would wait for ever to write what nobody reads.
  child.stdout.resume();
  const ending = await ended;
  if (!isSuccess(ending)) throw new ExitError(command, ending);
});

type Child = ChildProcessByStdio<Writable, Readable, null>;

function endOf(child: Child): Promise<Ending> {
  // How it ended tells; events that nobody listens to would end this process too.
  for (const emitter of [child, child.stdin]) emitter.on('error', () => undefined);
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
}

function killed(child: Child, ended: Promise<Ending>): Promise<Ending> {
  child.kill('SIGKILL');
  // Children of its own may have them too, and keep them open.
  child.stdin.destroy();
  child.stdout.destroy();
  return ended;
}

function isSuccess({ code }: Ending): boolean {
  return code === 0;
}
