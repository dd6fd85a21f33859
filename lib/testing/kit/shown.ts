import { describe, isError } from '../../support/describe.ts';

/** A value as text. Values that look alike in every part give the same text. */
export function shown(value: unknown): string {
  return textOf(value, new Set());
}

/** Cuts a text that would make a message too long. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function textOf(value: unknown, outer: Set<unknown>): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${String(value)}n`;
  if (Object.is(value, -0)) return '-0';
  if (outer.has(value)) return '[circular]';
  try {
    return partsOf(value, new Set([...outer, value]));
  } catch {
    return describe(value);
  }
}

function partsOf(value: unknown, outer: Set<unknown>): string {
  const list = (items: Iterable<unknown>) => Array.from(items, (item) => textOf(item, outer)).join(', ');
  if (Array.isArray(value)) return `[${list(value)}]`;
  if (value instanceof Set) return `Set {${list(value as Set<unknown>)}}`;
  if (value instanceof Map) return `Map {${list(value as Map<unknown, unknown>)}}`;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'function' || isError(value)) return describe(value);
  const entries = Object.entries(value as object).map(([key, item]) => `${key}: ${textOf(item, outer)}`);
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : describe(value);
}
