import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const text = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const json = (path: string): unknown => JSON.parse(text(path));

const readme = text('README.md');

/** The one match in the README; returns its groups. */
function said(pattern: RegExp): string[] {
  const [match, ...others] = readme.matchAll(new RegExp(pattern, 'g'));
  expect([match, others]).toEqual([expect.anything(), []]);
  return match?.slice(1) ?? [];
}

describe('the README', () => {
  it('states the size limit', () => {
    const limits = json('.size-limit.json') as { name: string; limit: string }[];
    const { limit } = limits.find(({ name }) => name === 'asyncContextManager + withAsync') ?? {};
    expect(said(/together are at most ([\d.]+ kB)/)).toEqual([limit]);
  });

  it('states which Node and TypeScript versions are tested', () => {
    const { engines } = json('package.json') as { engines: { node: string } };
    expect(said(/Node ([\d.]+) or later/)).toEqual([/^>=(\d+\.\d+)/.exec(engines.node)?.[1]]);
    const [, oldest] = /const supported = \{\s*([\d.]+)/.exec(text('scripts/check-consumers.mjs')) ?? [];
    expect(said(/TypeScript ([\d.]+) or later/)).toEqual([oldest]);
  });

  it.each<[RegExp, (results: Results) => number]>([
    [/takes about ([\d.]+) times as long as driving/, ({ entry }) => entry['Node 20'].async.median],
    [/a composed manager takes ([\d.]+) times/, ({ compose }) => compose['Node 20'].async.median],
  ])('states what the benchmarks measured: %s', (pattern, ratioOf) => {
    const [ratio] = said(pattern);
    const measured = ratioOf(json('bench/results.json') as Results);
    expect(Math.abs(Number(ratio) / measured - 1)).toBeLessThan(0.1);
  });
});

type Results = Record<'entry' | 'compose', { readonly 'Node 20': { readonly async: { readonly median: number } } }>;
