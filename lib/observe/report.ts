import { currentTime } from './engine/host.ts';
import { assertDrawing, fit, humanTime, printable } from './engine/text.ts';
import { walk } from './engine/tree.ts';
import { aroundOf, durationOf, isMoving, type Visit } from './visit.ts';

/** How {@link report} draws. */
export interface ReportOptions {
  /** Whether to color the text for a terminal; false by default. */
  readonly colors?: boolean | undefined;
  /** The number of columns; 80 by default. */
  readonly width?: number | undefined;
  /** The time to measure against, in milliseconds of `performance.now()`; by default, now. */
  readonly now?: number | undefined;
}

/**
 * Draws visits as a tree for a terminal: which are open, for how long, in which phase, and which of them holds up the
 * others.
 *
 * A `◀` marks each visit that is in its setup or teardown and isn't waiting for another one in the report. If every
 * visit is in its body, it marks the innermost one that has been open the longest.
 *
 * @param visits - what `watch.open()` or `watch.done()` returns
 * @param options - colors, width and time
 * @returns the text, without a final line break
 * @throws TypeError if `visits` isn't a list of visits, or if an option is wrong
 *
 * @example
 * ```ts
 * import { asyncContextManager, withAsync } from 'withal';
 * import { observe, report } from 'withal/observe';
 *
 * const connection = asyncContextManager(async function* connection() {
 *   yield;
 * });
 *
 * const watch = observe();
 * await withAsync(connection(), () => {
 *   const now = (watch.current()?.times.body ?? 0) + 1500;
 *   report(watch.open(), { now }); // => '◀ connection  body 1.5 s  withAsync()'
 * });
 * watch.stop();
 * report(watch.open()); // => 'No block is open.'
 * ```
 */
export function report(visits: readonly Visit[], options: ReportOptions = {}): string {
  assertDrawing('report()', visits, options);
  if (visits.length === 0) return 'No block is open.';
  const { now = currentTime(), width = 80, colors = false } = options;
  const stuck = stuckOf(visits, now);
  return [...walk(visits)]
    .map(({ visit, more }) => {
      const mark = stuck.has(visit) ? '◀ ' : '';
      const tree = branches(more);
      const text = `${mark}${printable(visit.name)}  ${phaseText(visit, now)}  ${visit.by}`;
      const line = fit(tree + text, width).trimEnd();
      if (!colors) return line;
      const painted = line.slice(tree.length);
      return dim(tree) + (stuck.has(visit) ? red(painted) : painted);
    })
    .join('\n');
}

/** The visits that hold up the others. */
function stuckOf(visits: readonly Visit[], now: number): Set<Visit> {
  const open = visits.filter(({ phase }) => phase !== 'over');
  const moving = open.filter(isMoving);
  const waiting = aroundOf(moving);
  if (moving.length > 0) return new Set(moving.filter((visit) => !waiting.has(visit)));
  const around = aroundOf(open);
  const leaves = open.filter((visit) => !around.has(visit));
  return new Set(leaves.sort((one, other) => durationOf(other, now) - durationOf(one, now)).slice(0, 1));
}

function branches(more: readonly boolean[]): string {
  if (more.length <= 1) return '';
  const above = more.slice(1, -1).map((isMore) => (isMore ? '│  ' : '   '));
  return above.join('') + (more.at(-1) ? '├─ ' : '└─ ');
}

function phaseText(visit: Visit, now: number): string {
  const time = humanTime(durationOf(visit, now));
  return visit.phase === 'over' ? `${String(visit.result)} after ${time}` : `${visit.phase} ${time}`;
}

function dim(text: string): string {
  return text && `\u001b[2m${text}\u001b[22m`;
}

function red(text: string): string {
  return `\u001b[31m${text}\u001b[39m`;
}
