import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import process from 'node:process';
import { inspect } from 'node:util';
import { after } from '../support/after.ts';
import { notDone, notFinished, notObserved } from '../support/messages.ts';
import { observers, openBlocks, type OpenBlock } from '../support/open-blocks.ts';
import type { SignalName } from './termination-signal.ts';

/** What keeps a process from ending. */
export interface GraceReport {
  /** The signal that asked the process to end. */
  readonly signal: SignalName;
  /** The open blocks, as `withal/observe` sees them; empty if you don't observe. */
  readonly open: readonly OpenBlock[];
  /**
   * What keeps the event loop alive, as `process.getActiveResourcesInfo()` names it: `'Timeout'`, `'TCPServerWrap'`.
   * The list includes stdout and stderr, as `'TTYWrap'` or `'PipeWrap'`, though they keep nothing alive.
   */
  readonly active: readonly string[];
  /** All of this as text. */
  readonly message: string;
}

export interface Grace {
  readonly grace: number;
  readonly onGrace?: ((report: GraceReport) => unknown) | undefined;
}

/** How long to wait for an asynchronous `onGrace`, in milliseconds. */
const lastWords = 1_000;

/** The exit code that a shell shows for a process that the signal killed. */
export function exitCodeOf(name: SignalName): number {
  return 128 + constants.signals[name as NodeJS.Signals];
}

/** Ends the process when the time is up, if it is still alive. The timer doesn't keep the process alive. */
export function startGrace(name: NodeJS.Signals, { grace, onGrace }: Grace): void {
  after(grace, () => void end(reportOf(name, notDone(name, grace), process.getActiveResourcesInfo()), onGrace), false);
}

async function end(report: GraceReport, onGrace: Grace['onGrace']): Promise<void> {
  const exit = () => process.exit(exitCodeOf(report.signal));
  const stopWaiting = after(lastWords, exit, false);
  await tell(report, onGrace);
  stopWaiting();
  exit();
}

/** Reports a block that can never finish. The process ends by itself. */
export function reportStarved(name: NodeJS.Signals, onGrace: Grace['onGrace']): void {
  void tell(reportOf(name, notFinished(name), []), onGrace);
}

function reportOf(signal: NodeJS.Signals, summary: string, active: readonly string[]): GraceReport {
  const open = openBlocks();
  const lines = [
    summary,
    ...(open.length > 0 ? [`Open blocks: ${open.map(({ name, phase }) => `${name}() (${phase})`).join(', ')}`] : []),
    ...(active.length > 0 ? [`Active resources: ${counted(active).join(', ')}`] : []),
    ...(observers().size === 0 ? [notObserved()] : []),
  ];
  return { signal, open, active, message: lines.join('\n') };
}

/** Each name once, with its count. */
function counted(names: readonly string[]): string[] {
  return [...new Set(names)].map((name) => {
    const count = names.filter((other) => other === name).length;
    return count > 1 ? `${name} (${String(count)})` : name;
  });
}

async function tell(report: GraceReport, onGrace: Grace['onGrace']): Promise<void> {
  try {
    if (onGrace) await onGrace(report);
    else print(report.message);
  } catch (error) {
    print(`${report.message}\n${inspect(error)}`);
  }
}

/**
 * Bypasses redirections, which may belong to a stuck block, and is synchronous, because the process ends right after
 * it.
 */
function print(text: string): void {
  try {
    writeSync(process.stderr.fd, `${text}\n`);
  } catch {
    // The pipe is full, or the descriptor is closed.
    process.stderr.write(`${text}\n`);
  }
}
