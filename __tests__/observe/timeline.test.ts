import { describe, expect, it } from '@jest/globals';
import { timeline } from '../../lib/observe/index.ts';
import { app, done, open, visit } from '../helpers/visits.ts';

describe('timeline', () => {
  it('draws bars below one another', () => {
    const visits = [...open, visit('broken', app, { entering: 0, over: 400 }, { result: 'failed to enter' })];
    expect(timeline(visits, { now: 4000, width: 60 }).split('\n')).toEqual([
      'app              ░░░░░░░░█████████████████████████  4.0 s …',
      '  pool           ░░░░█████████████████████████████  4.0 s …',
      '  request                        █████████████████  2.0 s …',
      '    transaction                  ████▒▒▒▒▒▒▒▒▒▒▒▒▒  2.0 s …',
      '  cache                                  ░░░░░░░░░  1.0 s …',
      '  broken         ░░░░                               400 ms ✘',
      '                 ░ setup  █ body  ▒ teardown',
    ]);
  });

  it('draws more bars than a call takes arguments', () => {
    const visits = Array.from({ length: 150_000 }, () => visit('one', undefined, { body: 1, over: 2 }));
    expect(timeline(visits).split('\n')).toHaveLength(150_001);
  });

  it('shows an instant as one column, and nothing as nothing', () => {
    expect(timeline([visit('now', undefined, { body: 5, over: 5 })], { width: 30 }).split('\n')).toEqual([
      'now  █                  0.0 ms',
      '     ░ setup  █ body  ▒ teardown',
    ]);
    expect(timeline([])).toBe('Nothing to show.');
  });

  it('begins with the first block, at any time', () => {
    const drawn = (start: number, format: 'svg' | 'text') => {
      const outer = visit('outer', undefined, { entering: start, body: start + 10, over: start + 40 });
      return timeline([outer, visit('inner', outer, { body: start + 20, over: start + 30 })], { format });
    };
    for (const format of ['svg', 'text'] as const) expect(drawn(1000, format)).toBe(drawn(0, format));
  });

  it('begins with what began first, and shows what happened last', () => {
    const visits = [
      visit('late', undefined, { entering: 1050, body: 1100, over: 1100 }),
      visit('first', undefined, { entering: 1000, body: 1050, over: 1100 }),
    ];
    expect(timeline(visits, { width: 25 }).split('\n').slice(0, 2)).toEqual([
      'late        ░░░░█  50 ms',
      'first  ░░░░░█████  100 ms',
    ]);
  });

  it('limits names to a third of the width, and puts the last instant in the last column', () => {
    const long = visit('a name longer than a third', undefined, { entering: 0, body: 5, over: 10 });
    expect(timeline([long, visit('end', undefined, { body: 10, over: 10 })], { width: 36 }).split('\n')).toEqual([
      'a name long…  ░░░░░░░███████  10 ms',
      'end                        █  0.0 ms',
      '              ░ setup  █ body  ▒ teardown',
    ]);
  });

  it('limits names in an SVG to the room they need, and to a third of the width', () => {
    const outer = visit('an outer block', undefined, { body: 0, over: 10 });
    const inner = visit('an inner block', outer, { body: 5, over: 10 });
    const textsOf = (width: number) =>
      [...timeline([outer, inner], { format: 'svg', width }).matchAll(/<(?:line|text) [^>]*?x1?="([\d.]+)"/g)].map(
        ([, left]) => Number(left),
      );
    expect([textsOf(600), textsOf(240)]).toEqual([
      [126, 4, 518, 126, 16, 518, 141, 221, 301],
      [80, 4, 158, 80, 16, 158, 95, 175, 255],
    ]);
  });

  it('draws an SVG with a line, a name, bars and a time for each block', () => {
    const failed = visit('db', undefined, { entering: 0, body: 25, exiting: 75, over: 100 }, { result: 'threw' });
    const visits = [failed, visit('still', undefined, { body: 50 })];
    const [first, title, ...rest] = timeline(visits, { format: 'svg', now: 100, width: 300 }).split('\n');
    expect([first, title?.replace(/<style>.*/, ''), ...rest.slice(3)]).toEqual([
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 74" width="300" height="74" role="img" aria-label="Timeline of 2 blocks">',
      '<title>Timeline of 2 blocks</title>',
      '<line class="line" x1="80.0" x2="210.0" y1="22" y2="22"/><text x="4" y="15" class="failed">db</text><rect class="entering" x="80.0" y="4" width="32.5" height="14" rx="2"/><rect class="body" x="112.5" y="4" width="65.0" height="14" rx="2"/><rect class="exiting" x="177.5" y="4" width="32.5" height="14" rx="2"/><text x="218.0" y="15" class="failed">100 ms ✘</text>',
      '<line class="line" x1="80.0" x2="210.0" y1="44" y2="44"/><text x="4" y="37">still</text><rect class="body" x="145.0" y="26" width="65.0" height="14" rx="2"/><text x="218.0" y="37">50 ms …</text>',
      '<rect class="entering" x="80.0" y="52" width="10" height="10" rx="2"/><text x="95.0" y="61">setup</text><rect class="body" x="160.0" y="52" width="10" height="10" rx="2"/><text x="175.0" y="61">body</text><rect class="exiting" x="240.0" y="52" width="10" height="10" rx="2"/><text x="255.0" y="61">teardown</text>',
      '</svg>',
    ]);
  });

  it("draws an SVG whose text can't inject markup", () => {
    const svg = timeline([...done, visit('<script>"&', undefined, { body: 0 })], { format: 'svg', now: 10 });
    expect(svg).toMatch(/^<svg [^>]*viewBox="0 0 800 96"[^]*<\/svg>$/);
    expect(svg).toContain('&#60;script&#62;&#34;&#38;');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg.match(/<rect/g)).toHaveLength(3 + 1 + 1 + 3);
    expect(svg).toContain('class="failed"');
  });

  it('refuses anything but a list of visits', () => {
    for (const given of [undefined, {}, [1], [{}]])
      expect(() => timeline(given as never)).toThrow('Write timeline(watch.open()).');
  });
});
