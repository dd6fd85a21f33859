import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { asyncContextManager, withAsync } from '../../lib/index.ts';

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

export interface Program {
  readonly tell: (line: string) => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Waits until it has printed that; rejects if it ends before. */
  readonly until: (words: string) => Promise<void>;
  readonly ended: Promise<Ending>;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Modules that are loaded before the program. */
  readonly preload?: readonly string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A program of this repository, which is killed at the end of the block if it still runs. */
export const program = asyncContextManager(async function* program(
  file: string,
  args: readonly string[] = [],
  { env, preload = [] }: Surroundings = {},
) {
  const loaders = ['tsx', ...preload].flatMap((module) => ['--import', module]);
  // The engine uses pg in a way that pg warns about.
  const flags = ['--disable-warning=DeprecationWarning', ...loaders];
  const neutral = { NODE_OPTIONS: undefined, DATABASE_URL: undefined };
  // A program that hangs should fail its own test, and no more.
  const limit = { timeout: 100_000, killSignal: 'SIGKILL' as const };
  const options = { cwd: root, env: { ...process.env, ...neutral, ...env }, ...limit };
  const child = spawn(process.execPath, [...flags, file, ...args], options);
  const printed = { output: '', errors: '' };
  child.stdout.on('data', (data) => (printed.output += String(data)));
  child.stderr.on('data', (data) => (printed.errors += String(data)));
  const ended = endOf(child).then((ending) => ({ ...ending, ...printed }));
  try {
    yield {
      tell: (line) => void child.stdin.write(`${line}\n`),
      kill: (signal) => void child.kill(signal),
      until: async (words) => {
        while (!printed.output.includes(words)) {
          if (hasEnded(child)) throw new Error(`It ended without "${words}":\n${printed.output}${printed.errors}`);
          await Promise.race([once(child.stdout, 'data'), ended]);
        }
      },
      ended,
    } satisfies Program;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

/** Runs a program to its end. */
export function ran(...args: Parameters<typeof program>): Promise<Ending> {
  return withAsync(program(...args), ({ ended }) => ended);
}

async function endOf(child: ChildProcess): Promise<Pick<Ending, 'code' | 'signal'>> {
  await once(child, 'close');
  return { code: child.exitCode, signal: child.signalCode };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
