import { stripVTControlCharacters } from 'node:util';
import colors from 'picocolors';
import { observe, timeline, type Visit } from 'withal/observe';
import type { Database, Row } from './database.ts';

const { bold, cyan, dim, green, red, yellow } = colors;

type Paint = (text: string) => string;

const width = 80;

/**
 * Sees every manager that is entered, and draws a box around what happens in its block.
 */
const watch = observe({
  keep: Infinity,
  capture: true,
  onEnter: openBox,
  onExited: closeBox,
});

/** What the last line belongs to, so that each phase is named once. */
let place = '';

/**
 * The same database, but it prints every statement, the block and phase that it runs
 * in, and its result.
 */
export function shown(database: Database): Database {
  return {
    async query(text, parameters = []) {
      const statement = filledIn(text, parameters);
      try {
        const rows = await database.query(text, parameters);
        row(' ', statement + answer(rows), highlight);
        return rows;
      } catch (error) {
        row('✘', statement, red);
        throw error;
      }
    },
  };
}

/** A title between the boxes. */
export function heading(title: string): void {
  print('');
  print(bold(title));
  print('');
}

/** A comment on the lines above; its first character is the mark. */
export function remark(text: string): void {
  const [mark = ''] = text;
  row(mark, text.slice(2), { '✔': green, '↺': yellow }[mark] ?? dim);
}

/** How long the setup, the body and the teardown of each block took. */
export function showTimes(): void {
  heading('How long it took');
  print(timeline(watch.done(), { width }));
  watch.stop();
}

function openBox(visit: Visit): void {
  print(`${dim('╭─')} ${bold(visit.name)}`, visit.parent);
}

function closeBox(visit: Visit): void {
  const { result, error, parent } = visit;
  if (result === 'returned') {
    print(`${dim('╰─')} ${green('✔ returned')}`, parent);
    return;
  }
  paragraph(`${dim('╰─')} ${red('✘ threw')}  `, messageOf(error), red, parent);
  for (const cause of causesOf(error))
    paragraph(dim('     cause  '), messageOf(cause), red, parent);
}

/** A line in three columns: the phase (on its first line), a mark, and a text. */
function row(mark: string, text: string, paint: Paint): void {
  paragraph(`${phase()} ${paint(mark)} `, text, paint);
}

/** The phase of the block that runs now, unless the line before was in it. */
function phase(): string {
  const visit = watch.current();
  const here = visit ? `${String(visit.id)} ${visit.phase}` : '';
  const isNew = here !== place;
  place = here;
  if (!visit || !isNew) return '     ';
  return {
    entering: cyan('enter'),
    body: cyan('body '),
    exiting: cyan('exit '),
    over: '     ',
  }[visit.phase];
}

/** Wraps a text: the first line after the lead, the others below. */
function paragraph(
  lead: string,
  text: string,
  paint: Paint,
  around = watch.current(),
): void {
  const indent = stripVTControlCharacters(lead).length;
  const [first = '', ...rest] = wrapped(text, width - 2 * depthOf(around) - indent);
  print(lead + paint(first), around);
  for (const line of rest) print(' '.repeat(indent) + paint(line), around);
}

function print(line: string, around = watch.current()): void {
  console.log((`${dim('│')} `.repeat(depthOf(around)) + line).trimEnd());
}

function depthOf(visit: Visit | undefined): number {
  return visit ? 1 + depthOf(visit.parent) : 0;
}

function wrapped(text: string, columns: number): string[] {
  return (
    text.match(new RegExp(`\\S.{0,${String(columns - 1)}}(?=\\s|$)|\\S+`, 'g')) ?? []
  );
}

function highlight(line: string): string {
  if (line === 'COMMIT') return green(line);
  if (line === 'ROLLBACK') return yellow(line);
  return line.replace(/→ .*/, cyan);
}

function filledIn(statement: string, parameters: unknown[]): string {
  return statement.replace(/\$(\d)/g, (_, position) =>
    literal(parameters[Number(position) - 1]),
  );
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}

function answer(rows: Row[]): string {
  if (rows.length === 0) return '';
  if (rows.length > 2) return ` → ${String(rows.length)} rows`;
  return ` → ${rows.map((row) => Object.values(row).join(' ')).join(', ')}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message : String(error);
}

function causesOf(error: unknown): unknown[] {
  return error instanceof Error && 'cause' in error
    ? [error.cause, ...causesOf(error.cause)]
    : [];
}
