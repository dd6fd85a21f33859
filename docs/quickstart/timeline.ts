import { stripVTControlCharacters } from 'node:util';
import colors from 'picocolors';
import { asyncContextManager, enter, type AsyncContextManager } from 'withal';
import type { Database, Row } from './database.ts';

const { bold, cyan, dim, green, red, yellow } = colors;

type Paint = (text: string) => string;

const width = 80;

/** How many boxes are open. */
let depth = 0;
/** The name of the phase that has just begun, until a line shows it. */
let phase = '';

/** The same manager function, but its managers draw a box: what happens on entry, in the body and on exit. */
export function drawn<Arguments extends unknown[], T>(
  create: (...args: Arguments) => AsyncContextManager<T>,
): (...args: Arguments) => AsyncContextManager<Awaited<T>> {
  return asyncContextManager(async function* drawn(...args: Arguments) {
    yield* enter(box(create.name));
    const value = yield* enter(create(...args));
    begin('body', cyan);
    try {
      yield value;
    } catch (error) {
      begin('exit', red);
      throw error;
    }
    begin('exit', green);
  });
}

/** The same database, but it shows every statement, and what came of it. */
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
  showPhase();
  print('');
  print(bold(title));
  print('');
}

/** What is to be said of the lines above; its first character is the mark. */
export function remark(text: string): void {
  const [mark = ''] = text;
  row(mark, text.slice(2), { '✔': green, '↺': yellow }[mark] ?? dim);
}

/** It is entered first, and so it is closed last: when the manager in it has exited. */
const box = asyncContextManager(async function* box(name: string) {
  open(name);
  try {
    yield;
  } catch (error) {
    closeThrew(error);
    throw error;
  }
  closeReturned();
});

function open(name: string): void {
  showPhase();
  print(`${dim('╭─')} ${bold(name)}`);
  depth += 1;
  begin('enter', cyan);
}

function begin(next: string, paint: Paint): void {
  showPhase();
  phase = paint(next) + ' '.repeat(5 - next.length);
}

/** A phase has a line of its own where it has no other. */
function showPhase(): void {
  if (phase) print(phase);
  phase = '';
}

function close(): void {
  showPhase();
  depth -= 1;
}

function closeReturned(): void {
  close();
  print(`${dim('╰─')} ${green('✔ returned')}`);
}

function closeThrew(error: unknown): void {
  close();
  paragraph(`${dim('╰─')} ${red('✘ threw')}  `, messageOf(error), red);
  for (const cause of causesOf(error)) paragraph(dim('     cause  '), messageOf(cause), red);
}

/** A line in three columns: the phase, if this is its first line, a mark, and a text. */
function row(mark: string, text: string, paint: Paint): void {
  const lead = `${phase || '     '} ${paint(mark)} `;
  phase = '';
  paragraph(lead, text, paint);
}

/** A text in as many lines as it needs: the first behind the lead, the others below. */
function paragraph(lead: string, text: string, paint: Paint): void {
  const indent = stripVTControlCharacters(lead).length;
  const [first = '', ...rest] = wrapped(text, width - 2 * depth - indent);
  print(lead + paint(first));
  for (const line of rest) print(' '.repeat(indent) + paint(line));
}

function print(line: string): void {
  console.log((`${dim('│')} `.repeat(depth) + line).trimEnd());
}

function wrapped(text: string, columns: number): string[] {
  return text.match(new RegExp(`\\S.{0,${String(columns - 1)}}(?=\\s|$)|\\S+`, 'g')) ?? [];
}

function highlight(line: string): string {
  if (line === 'COMMIT') return green(line);
  if (line === 'ROLLBACK') return yellow(line);
  return line.replace(/→ .*/, cyan);
}

function filledIn(statement: string, parameters: unknown[]): string {
  return statement.replace(/\$(\d)/g, (_, position) => literal(parameters[Number(position) - 1]));
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
  return error instanceof Error && 'cause' in error ? [error.cause, ...causesOf(error.cause)] : [];
}
