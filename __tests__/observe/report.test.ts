import { describe, expect, it } from '@jest/globals';
import { report, type Visit } from '../../lib/observe/index.ts';
import { app, done, open, pool, request, visit } from '../helpers/visits.ts';

describe('report', () => {
  it('draws a tree, and marks what is in setup or teardown and waits for nothing else', () => {
    expect(report(open, { now: 70_000 }).split('\n')).toEqual([
      'app  body 1 min 9 s  withAsync()',
      '├─ pool  body 1 min 10 s  enter()',
      '├─ request  body 1 min 8 s  withAsync()',
      '│  └─ ◀ transaction  exiting 1 min 8 s  withAsync()',
      '└─ ◀ cache  entering 1 min 7 s  enter()',
    ]);
  });

  it('marks the innermost body that has been open longest if nothing else is to blame', () => {
    expect(report([app, request, pool], { now: 4000 }).split('\n')).toEqual([
      'app  body 3.0 s  withAsync()',
      '├─ ◀ pool  body 3.5 s  enter()',
      '└─ request  body 2.0 s  withAsync()',
    ]);
  });

  it('marks a manager that hangs even if what it has entered is in its body', () => {
    const server = visit('server', undefined, { entering: 0 });
    const db = visit('db', server, { entering: 0, body: 30 });
    const query = visit('query', db, { entering: 30, body: 40 });
    expect(report([server, db, query], { now: 1000 }).split('\n')).toEqual([
      '◀ server  entering 1.0 s  withAsync()',
      '└─ db  body 970 ms  withAsync()',
      '   └─ query  body 960 ms  withAsync()',
    ]);
  });

  it('marks the innermost of several nested setups', () => {
    const outer = visit('outer', undefined, { entering: 0 });
    const inner = visit('inner', outer, { entering: 10 });
    expect(report([outer, inner], { now: 1000 }).split('\n')).toEqual([
      'outer  entering 1.0 s  withAsync()',
      '└─ ◀ inner  entering 990 ms  withAsync()',
    ]);
  });

  it('marks no outer body, even if it has been open longer', () => {
    const outer = visit('outer', undefined, { body: 0 });
    const inner = visit('inner', outer, { body: 500 });
    expect(report([outer, inner], { now: 1000 }).split('\n')).toEqual([
      'outer  body 1.0 s  withAsync()',
      '└─ ◀ inner  body 500 ms  withAsync()',
    ]);
  });

  it('draws a line for each level that continues', () => {
    const [a, b, c] = [visit('a', undefined, { body: 0 }), visit('b', undefined, { body: 0 }), { body: 0 }];
    const inA = visit('in a', a, c);
    const below = visit('below', inA, c);
    const visits = [a, inA, below, visit('lowest', below, c), visit('last in a', a, c), b];
    expect(
      report(visits, { now: 0 })
        .split('\n')
        .map((line) => line.split('  body')[0]),
    ).toEqual(['a', '├─ in a', '│  └─ below', '│     └─ ◀ lowest', '└─ last in a', 'b']);
  });

  it("doesn't cut a line that just fits", () => {
    const line = 'twelve chars  returned after 1.0 ms  withAsync()';
    const fits = visit('twelve chars', undefined, { body: 0, over: 1 });
    expect(report([fits], { width: line.length })).toBe(line);
    expect(report([fits], { width: line.length - 1 })).toBe(`${line.slice(0, -2)}…`);
  });

  it('says how ended blocks went', () => {
    expect(report(done)).toBe(
      'first  returned after 6.0 ms  withAsync()\nfailed  failed to enter after 1.0 ms  withAsync()',
    );
  });

  it.each([
    [9.94, '9.9 ms'],
    [9.95, '10 ms'],
    [999.4, '999 ms'],
    [999.5, '1.0 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 0 s'],
    [3_599_000, '59 min 59 s'],
    [3_600_000, '1 h 0 min'],
  ])('writes %p ms the way people do: %s', (over, text) => {
    expect(report([visit('one', undefined, { body: 0, over })])).toBe(`one  returned after ${text}  withAsync()`);
  });

  it('keeps within its width, draws no control character, and colors if asked to', () => {
    const long = visit(`evil\u001b[2J${'x'.repeat(100)}`, undefined, { body: 0 });
    const lines = report([long, visit('child', long, { exiting: 0 })], { now: 7_300_000, width: 40 }).split('\n');
    expect(lines.map((line) => line.length)).toEqual([40, 40]);
    expect(lines[0]).toMatch(/^evil·\[2Jx+…$/);
    expect(lines[1]).toContain('2 h 1 min');
    expect(report(open, { now: 4000, colors: true })).toContain('\u001b[31m◀ transaction');
    expect(report(open, { now: 4000, colors: true })).toContain('\u001b[2m├─ \u001b[22m');
  });

  it('says so if nothing is open', () => {
    expect(report([])).toBe('No block is open.');
  });

  it('draws ten thousand levels', () => {
    let parent: Visit | undefined;
    const visits = Array.from({ length: 2000 }, () => (parent = visit('level', parent, { body: 0 })));
    expect(report(visits).split('\n')).toHaveLength(2000);
  });

  it('refuses anything but a list of visits', () => {
    for (const given of [undefined, {}, [1], [{}]])
      expect(() => report(given as never)).toThrow('Write report(watch.open()).');
  });
});
