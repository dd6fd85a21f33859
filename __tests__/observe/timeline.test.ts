import { describe, expect, it } from '@jest/globals';
import { timeline } from '../../lib/observe/index.ts';
import { app, done, open, visit } from '../helpers/visits.ts';

describe('timeline', () => {
  it('draws bars below one another', () => {
    const visits = [...open, visit('broken', app, { entering: 0, over: 400 }, { result: 'failed to enter' })];
    const lines = timeline(visits, { now: 4000, width: 60 }).split('\n');
    expect(lines.map((line) => line.replace(/[░█▒ ]{20,}/, ' | '))).toEqual([
      expect.stringMatching(/^app /),
      expect.stringMatching(/^ {2}pool /),
      expect.stringMatching(/^ {2}request /),
      expect.stringMatching(/^ {4}transaction /),
      expect.stringMatching(/^ {2}cache /),
      expect.stringMatching(/^ {2}broken .* ✘$/),
      expect.stringContaining('setup'),
    ]);
  });

  it('draws more than a call takes arguments', () => {
    const visits = Array.from({ length: 150_000 }, () => visit('one', undefined, { body: 1, over: 2 }));
    expect(timeline(visits).split('\n')).toHaveLength(150_001);
  });

  it('shows a moment as one column, and nothing as nothing', () => {
    expect(timeline([visit('now', undefined, { body: 5, over: 5 })], { width: 30 })).toContain('█');
    expect(timeline([])).toBe('Nothing to show.');
  });

  it('draws an SVG whose text can’t break out of it', () => {
    const svg = timeline([...done, visit('<script>"&', undefined, { body: 0 })], { format: 'svg', now: 10 });
    expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 800 96"[^]*<\/svg>$/);
    expect(svg).toContain('&#60;script&#62;&#34;&#38;');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg.match(/<rect/g)).toHaveLength(3 + 1 + 1 + 3);
    expect(svg).toContain('class="failed"');
  });

  it('refuses what is no list of visits', () => {
    for (const given of [undefined, {}, [1], [{}]])
      expect(() => timeline(given as never)).toThrow('Write timeline(watch.open()).');
  });
});
