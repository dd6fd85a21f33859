import { currentTime } from './engine/host.ts';
import { assertDrawing, fit, humanTime, printable } from './engine/text.ts';
import { walk } from './engine/tree.ts';
import { hasFailed, startOf, timeOf, type Phase, type Visit } from './visit.ts';

/** How {@link timeline} draws. */
export interface TimelineOptions {
  /** Text for a terminal, or a picture; `'text'` by default. */
  readonly format?: 'text' | 'svg' | undefined;
  /** Columns of the text, or pixels of the picture; 80 or 800 by default. */
  readonly width?: number | undefined;
  /** Where open blocks end in the picture, in milliseconds of `performance.now()`; by default, now. */
  readonly now?: number | undefined;
}

/**
 * Draws visits as bars over time, one per line, each below the one around it: setup, body and teardown.
 *
 * @param visits - what `watch.open()` or `watch.done()` returns
 * @param options - the format and the width
 * @returns text, or an SVG that is readable on light and dark pages
 * @throws TypeError if `visits` isn't a list of visits, or if an option is wrong
 *
 * @example
 * ```ts
 * import { timeline, type Visit } from 'withal/observe';
 *
 * const common = { by: 'withAsync()', phase: 'over', result: 'returned', error: undefined, site: undefined } as const;
 * const app: Visit = { ...common, id: 1, name: 'app', parent: undefined, times: { entering: 0, body: 25, exiting: 75, over: 100 } };
 * const db: Visit = { ...common, id: 2, name: 'db', parent: app, times: { entering: 0, body: 25, exiting: 80, over: 100 } };
 *
 * const [first, second] = timeline([app, db], { width: 40 }).split('\n');
 * first; // => 'app   ░░░░░░█████████████▒▒▒▒▒▒▒  100 ms'
 * second; // => '  db  ░░░░░░██████████████▒▒▒▒▒▒  100 ms'
 * ```
 */
export function timeline(visits: readonly Visit[], options: TimelineOptions = {}): string {
  assertDrawing('timeline()', visits, options);
  const { format = 'text', now = currentTime() } = options;
  const rows = [...walk(visits)].map(({ visit, more }) => rowOf(visit, more.length - 1, now));
  return format === 'svg' ? drawSvg(rows, options.width ?? 800) : drawText(rows, options.width ?? 80);
}

/** A visit, as a line of the picture. */
interface Row {
  readonly name: string;
  readonly depth: number;
  readonly bars: readonly Bar[];
  readonly start: number;
  readonly end: number;
  readonly isOpen: boolean;
  readonly hasFailed: boolean;
}

interface Bar {
  readonly phase: Exclude<Phase, 'over'>;
  readonly from: number;
  readonly to: number;
}

function rowOf(visit: Visit, depth: number, now: number): Row {
  const { name, times } = visit;
  const end = times.over ?? now;
  const begun = (['entering', 'body', 'exiting'] as const).filter((phase) => times[phase] !== undefined);
  const bars = begun.map((phase, index): Bar => {
    const next = begun[index + 1];
    return { phase, from: timeOf(visit, phase), to: next ? timeOf(visit, next) : end };
  });
  const isOpen = times.over === undefined;
  return { name, depth, bars, start: startOf(visit), end, isOpen, hasFailed: hasFailed(visit) };
}

/** The time span of a picture, and where a moment of it lies within a width. */
function scaleOf(rows: readonly Row[], width: number): (time: number) => number {
  const start = -largest(rows, (row) => -row.start);
  const end = largest(rows, (row) => row.end);
  return (time) => (end > start ? ((time - start) / (end - start)) * width : 0);
}

/** A loop, because there may be more visits than a call can have arguments. */
function largest<T>(items: readonly T[], measureOf: (item: T) => number): number {
  return items.reduce((found, item) => Math.max(found, measureOf(item)), -Infinity);
}

const letters = { entering: '░', body: '█', exiting: '▒' } as const;

function drawText(rows: readonly Row[], width: number): string {
  if (rows.length === 0) return 'Nothing to show.';
  const texts = rows.map((row) => ({
    row,
    label: fit('  '.repeat(row.depth) + printable(row.name), Math.floor(width / 3)),
    end: humanTime(row.end - row.start) + (row.isOpen ? ' …' : row.hasFailed ? ' ✘' : ''),
  }));
  const labelWidth = largest(texts, ({ label }) => label.length);
  const endWidth = largest(texts, ({ end }) => end.length);
  const barWidth = Math.max(width - labelWidth - endWidth - 4, 1);
  const at = scaleOf(rows, barWidth);
  const lines = texts.map(
    ({ row, label, end }) => `${label.padEnd(labelWidth)}  ${drawBar(row, at, barWidth)}  ${end}`,
  );
  return [...lines, `${' '.repeat(labelWidth)}  ░ setup  █ body  ▒ teardown`].join('\n');
}

function drawBar(row: Row, at: (time: number) => number, width: number): string {
  const cells = Array<string>(width).fill(' ');
  for (const { phase, from, to } of row.bars) {
    const first = Math.min(Math.floor(at(from)), width - 1);
    cells.fill(letters[phase], first, Math.max(Math.ceil(at(to)), first + 1));
  }
  return cells.join('');
}

const rowHeight = 22;
const barHeight = 14;

/** Colors that are distinct on white and on black, also without red and green. */
const style = `text{font:12px system-ui,sans-serif;fill:#1f2328}
.entering{fill:#8fb8ff}.body{fill:#2f6feb}.exiting{fill:#c98a00}.failed{fill:#d1242f}.line{stroke:#d1d9e0}
@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.entering{fill:#5a7bb5}.body{fill:#6ea8fe}.exiting{fill:#e3b341}
.failed{fill:#ff7b72}.line{stroke:#3d444d}}`;

function drawSvg(rows: readonly Row[], width: number): string {
  const labelWidth = Math.min(
    Math.max(
      80,
      largest(rows, ({ name, depth }) => depth * 12 + name.length * 7 + 16),
    ),
    width / 3,
  );
  const barWidth = width - labelWidth - 90;
  const at = scaleOf(rows, barWidth);
  const height = (rows.length + 1) * rowHeight + 8;
  const lines = rows.map((row, index) => drawRow(row, index, labelWidth, barWidth, at));
  const title = `Timeline of ${String(rows.length)} blocks`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img" aria-label="${title}">`,
    `<title>${title}</title><style>${style}</style>`,
    ...lines,
    drawLegend(labelWidth, rows.length),
    '</svg>',
  ].join('\n');
}

function drawRow(row: Row, index: number, left: number, width: number, at: (time: number) => number): string {
  const y = index * rowHeight + 4;
  const baseline = y + 11;
  const bars = row.bars.map(
    ({ phase, from, to }) =>
      `<rect class="${phase}" x="${round(left + at(from))}" y="${String(y)}" width="${round(Math.max(at(to) - at(from), 1))}" height="${String(barHeight)}" rx="2"/>`,
  );
  const time = humanTime(row.end - row.start) + (row.isOpen ? ' …' : '');
  const failed = row.hasFailed ? ' class="failed"' : '';
  return [
    `<line class="line" x1="${round(left)}" x2="${round(left + width)}" y1="${String(y + 18)}" y2="${String(y + 18)}"/>`,
    `<text x="${String(row.depth * 12 + 4)}" y="${String(baseline)}"${failed}>${escapeXml(printable(row.name))}</text>`,
    ...bars,
    `<text x="${round(left + width + 8)}" y="${String(baseline)}"${failed}>${time}${row.hasFailed ? ' ✘' : ''}</text>`,
  ].join('');
}

function drawLegend(left: number, index: number): string {
  const y = index * rowHeight + 8;
  const words = { entering: 'setup', body: 'body', exiting: 'teardown' } as const;
  return Object.entries(words)
    .map(([phase, word], place) => {
      const x = left + place * 80;
      return `<rect class="${phase}" x="${round(x)}" y="${String(y)}" width="10" height="10" rx="2"/><text x="${round(x + 15)}" y="${String(y + 9)}">${word}</text>`;
    })
    .join('');
}

function round(value: number): string {
  return value.toFixed(1);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${String(sign.codePointAt(0))};`);
}
