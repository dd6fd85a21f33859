import { notDrawingOption, notVisits } from '../../support/messages.ts';
import { isObject } from '../../support/describe.ts';
import type { Visit } from '../visit.ts';

/** The options of all drawings, unchecked. */
interface DrawingOptions {
  readonly format?: unknown;
  readonly width?: unknown;
  readonly now?: unknown;
  readonly colors?: unknown;
}

/** For each option, what it takes, in words, and the test for that. */
const kinds: Record<keyof DrawingOptions, readonly [string, (given: unknown) => boolean]> = {
  format: ["'text' or 'svg'", (given) => given === 'text' || given === 'svg'],
  width: ['a whole number (20 or more)', (given) => Number.isInteger(given) && Number(given) >= 20],
  now: ['milliseconds', Number.isFinite],
  colors: ['a boolean', (given) => typeof given === 'boolean'],
};

/** Refuses what can't be drawn, and options of the wrong kind. */
export function assertDrawing(
  caller: string,
  visits: unknown,
  options: DrawingOptions,
): asserts visits is readonly Visit[] {
  if (!Array.isArray(visits) || !visits.every((visit) => isObject(visit) && 'times' in visit))
    throw notVisits(caller, visits);
  for (const [name, [taken, isTaken]] of Object.entries(kinds)) {
    const given = options[name as keyof DrawingOptions];
    if (given !== undefined && !isTaken(given)) throw notDrawingOption(caller, name, taken, given);
  }
}

/** A message, and below it the stack that it's about, if known. */
export function withSite(message: string, site: string | undefined): string {
  return site ? `${message}\n${site}` : message;
}

/** A time for people: `12 ms`, `3.4 s`, `2 min 5 s`. */
export function humanTime(ms: number): string {
  if (ms < 999.5) return `${ms < 9.95 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return minutes < 60
    ? `${String(minutes)} min ${String(rest)} s`
    : `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}

/** Cuts a text to a width. */
export function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(width - 1, 0))}…` : text;
}

/** Makes control characters visible, because names come from anywhere. */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- it looks for control characters
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
}
