import { describe, expect, it } from '@jest/globals';
import type { TSESTree } from '@typescript-eslint/utils';
import { Linter } from 'eslint';
import { walk, type Node } from '../../lib/eslint/ast.ts';
import type { Context } from '../../lib/eslint/file.ts';
import { fileOf } from '../../lib/eslint/file.ts';
import { follow } from '../../lib/eslint/flow.ts';
import { languageOptionsFor } from '../helpers/lint.ts';

/**
 * Where the paths through a function end, each as the letters of its calls: `a b` came to the end, `a return` returned.
 * `fail()` may throw, `leave()` never returns.
 */
function waysThrough(body: string): string[] {
  let ways: string[] = [];
  const rule = {
    create: (context: unknown) => ({
      'Program:exit'(program: TSESTree.Program) {
        const file = fileOf(context as Context);
        const [fn] = program.body;
        if (fn?.type !== 'FunctionDeclaration') throw new Error('Not a function');
        const { finished, returned } = follow(fn, [] as readonly string[], watch, file);
        ways = [
          ...finished.map((calls) => calls.join(' ')),
          ...returned.map(({ state }) => [...state, 'return'].join(' ')),
        ];
      },
    }),
  };
  const config = {
    files: ['**/*.ts'],
    plugins: { test: { rules: { follow: rule } } },
    rules: { 'test/follow': 'error' },
    languageOptions: languageOptionsFor('untyped'),
  };
  const [message] = new Linter().verify(
    `function f(p, q, list) { ${body} }`,
    config as unknown as Linter.Config,
    'file.ts',
  );
  if (message) throw new Error(message.message);
  return ways.sort();
}

const watch = {
  pass(node: TSESTree.Node, calls: readonly string[]) {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return calls;
    if (node.callee.name === 'leave') return undefined;
    return calls.includes(node.callee.name) ? calls : [...calls, node.callee.name];
  },
  fail: (node: TSESTree.Node, calls: readonly string[]) =>
    node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'fail'
      ? calls
      : node.type === 'ThrowStatement'
        ? [...calls, 'throw']
        : undefined,
  catch: (clause: TSESTree.CatchClause, calls: readonly string[]) =>
    clause.param?.type === 'ObjectPattern' ? undefined : [...calls, 'catch'],
};

describe('the paths through', () => {
  it.each([
    ['a statement after another', 'a(); b();', ['a b']],
    ['a branch', 'if (p) a(); b();', ['a b', 'b']],
    ['a branch and its other', 'if (p) a(); else b();', ['a', 'b']],
    ['branches that ask the same', 'if (p) a(); if (p) b();', ['', 'a b']],
    ['branches that ask the opposite', 'if (p) a(); if (!p) b();', ['a', 'b']],
    ['branches that compare the same', "if (p === 'x') a(); if (p !== 'x') b();", ['a', 'b']],
    ['branches that compare loosely', 'if (p == null) a(); if (p != null) b();', ['a', 'b']],
    ['branches that compare with something else', 'if (p === 1) a(); if (p === 2) b();', ['', 'a', 'a b', 'b']],
    ['a branch that asks for what was declared', 'const one = {}; if (one) a();', ['a']],
    ['a branch that asks for what was assigned', 'p = {}; if (p) a();', ['a']],
    ['branches that ask for a type', "if (typeof p === 'x') a(); if (typeof p === 'x') b();", ['', 'a b']],
    ['branches that ask for the same property', 'if (p.x) a(); if (!p.x) b();', ['a', 'b']],
    ['branches that ask for this', 'if (this.x) a(); if (!this.x) b();', ['a', 'b']],
    ['branches that ask for undefined', 'if (p === undefined) a(); if (p === undefined) b();', ['', 'a b']],
    [
      'branches that compare what a call returns',
      'if (p() === 1) a(); if (p() === 1) b();',
      ['p', 'p a', 'p a b', 'p b'],
    ],
    ['branches that call', 'if (p()) a(); if (p()) b();', ['p', 'p a', 'p a b', 'p b']],
    ['branches that ask for an element', 'if (p[q]) a(); if (!p[q]) b();', ['', 'a', 'a b', 'b']],
    ['what is written in between', 'if (p) a(); p = q; if (p) b();', ['', 'a', 'a b', 'b']],
    ['what is counted in between', 'if (p) a(); p--; if (p) b();', ['', 'a', 'a b', 'b']],
    ['what a pattern writes in between', 'if (p) a(); [{ p }] = list; if (p) b();', ['', 'a', 'a b', 'b']],
    ['what a pattern reads in between', 'if (p.y) a(); const { x = p.y } = q; if (p.y) b();', ['', 'a b']],
    [
      'what a pattern with a default writes in between',
      'if (p) a(); [p = 1] = list; if (p) b();',
      ['', 'a', 'a b', 'b'],
    ],
    ['what a loop writes in between', 'if (p) a(); for (p of list); if (p) b();', ['', 'a', 'a b', 'b']],
    ['a property that is written in between', 'if (p.x) a(); p.x = q; if (p.x) b();', ['', 'a', 'a b', 'b']],
    ['another property that is written in between', 'if (p.x) a(); p.xy = q; if (p.x) b();', ['', 'a b']],
    ['a property of what is written in between', 'if (p.x) a(); p = q; if (p.x) b();', ['', 'a', 'a b', 'b']],
    ['what a callback may write', 'list.on(() => { p = 1; }); if (p) a(); if (p) b();', ['', 'a', 'a b', 'b']],
    ['what other code may write', 'if (other) a(); if (other) b();', ['', 'a', 'a b', 'b']],
    ['a flag', 'let done = false; if (p) { a(); done = true; } if (done) b(); else c();', ['a b', 'c']],
    [
      'a flag that a loop sets',
      'for (const x of list) { let seen = false; if (x) { a(); seen = true; } if (!seen) b(); }',
      ['', 'a', 'a b', 'b', 'b a'],
    ],
    ['a flag that may be anything', 'let done; if (p) done = q; if (done) a(); else b();', ['a', 'b']],
    [
      'an object for a flag',
      'let one; if (p) { a(); one = {}; } else one = undefined; if (one) b(); else c();',
      ['a b', 'c'],
    ],
    ['an array for a flag', 'let one = null; if (p) { a(); one = []; } if (one) b(); else c();', ['a b', 'c']],
    ['a new object for a flag', 'let one = null; if (p) { a(); one = new X(); } if (one) b(); else c();', ['a b', 'c']],
    [
      'an arrow function for a flag',
      'let one = null; if (p) { a(); one = () => q; } if (one) b(); else c();',
      ['a b', 'c'],
    ],
    [
      'a function for a flag',
      'let one = null; if (p) { a(); one = function () {}; } if (one) b(); else c();',
      ['a b', 'c'],
    ],
    ['a variable for a flag', 'let one = null; if (p) { a(); one = q; } if (one) b(); else c();', ['a b', 'a c', 'c']],
    ['a property for a flag', 'if (!this.x) { a(); this.x = {}; } if (this.x) b(); else c();', ['a b', 'b']],
    ['a flag that is counted up', 'let n = 0; n += 1; if (n) a(); if (n) b();', ['', 'a b']],
    ['a constant condition', 'if (true) a(); if (0) b();', ['a']],
    ['constants to the left', '0 || a(); 1 && b(); 1 || c(); 0 && d();', ['a b']],
    ["a falsy constant that isn't nullish", '0 ?? a(); b();', ['a b', 'b']],
    ['an and', 'p && a(); b();', ['a b', 'b']],
    ['an or', 'p || a(); b();', ['a b', 'b']],
    ['a nullish', 'p ?? a(); b();', ['a b', 'b']],
    ['an and before a branch that asks the same', 'p && a(); if (p) b(); if (p) c();', ['', 'a b c']],
    ['an or before a branch that asks the same', 'p || a(); if (p) b(); if (p) c();', ['a', 'b c']],
    ['conditionals that ask the same', 'p ? a() : 0; p ? b() : 0;', ['', 'a b']],
    ['a while that asks the same', 'while (p) { a(); break; } if (p) b();', ['', 'a b']],
    ['a do that asks the same', 'do a(); while (p); if (p) b();', ['a']],
    ['a for that asks the same', 'for (; p; ) { a(); break; } if (p) b();', ['', 'a b']],
    ['a test of both', 'if (p && q) a(); else b();', ['a', 'b']],
    ['a test of either', 'if (p || q) a(); else b();', ['a', 'b']],
    ['a test of neither', 'if (!(p || q)) a(); else b();', ['a', 'b']],
    ['a test of the first there is', 'if (p ?? q) a(); else b();', ['a', 'b']],
    ['a test of the first there is, which asks nothing else', 'if (p ?? q) a(); if (q) b();', ['', 'a', 'a b', 'b']],
    ['a test of both, and then of one', 'if (p && q) a(); if (p) b();', ['', 'a b', 'b']],
    ['a test of either, and then of one', 'if (p || q) a(); if (p) b();', ['', 'a', 'a b']],
    ['a number, and whether there is one', 'if (-p) a(); if (p) b();', ['', 'a', 'a b', 'b']],
    ['a conditional', 'p ? a() : b();', ['a', 'b']],
    ['an optional chain', 'p?.x(a()); b();', ['a b', 'b']],
    ['a chain within a chain', 'p?.x(r?.y(a()), b());', ['', 'a b', 'b']],
    ['a logical assignment', 'p ??= a(); b();', ['a b', 'b']],
    ['a logical assignment with or', 'p ||= a(); b();', ['a b', 'b']],
    ['a logical assignment with and', 'p &&= a(); b();', ['a b', 'b']],
    ['an assignment that calculates', 'p += a(); b();', ['a b']],
    ['a default', 'const { x = a() } = p; b();', ['a b', 'b']],
    ['a while', 'while (p) a(); b();', ['a b', 'b']],
    ['a do', 'do a(); while (p); b();', ['a b']],
    ['a for', 'for (a(); p; b()) c();', ['a', 'a c b']],
    ['a for that never ends', 'for (;;) a();', []],
    ['a for that a break ends', 'for (;;) { a(); if (p) break; b(); } c();', ['a b c', 'a c']],
    [
      'a for of that takes apart',
      'for (const { x } of list) { if (x) a(); if (!x) b(); }',
      ['', 'a', 'a b', 'b', 'b a'],
    ],
    ['a for of', 'for (const x of list) a(); b();', ['a b', 'b']],
    ['a for in', 'for (const x in list) a(); b();', ['a b', 'b']],
    ['a continue', 'for (const x of list) { if (x) continue; a(); } b();', ['a b', 'b']],
    [
      'a labeled break',
      'one: for (const x of list) { for (const y of x) { a(); break one; } b(); } c();',
      ['a c', 'b a c', 'b c', 'c'],
    ],
    [
      'a labeled continue',
      'one: for (const x of list) { for (const y of x) { a(); continue one; } b(); }',
      ['', 'a', 'a b', 'b', 'b a'],
    ],
    ['a labeled break from a labeled block', 'one: { two: { a(); break one; } b(); } c();', ['a c']],
    ['a labeled block', 'one: { a(); if (p) break one; b(); } c();', ['a b c', 'a c']],
    ['a switch', 'switch (p) { case 1: a(); break; case 2: b(); } c();', ['a c', 'b c', 'c']],
    ['a switch with a default', 'switch (p) { case 1: a(); break; default: b(); }', ['a', 'b']],
    ['a switch that falls through', 'switch (p) { case 1: a(); case 2: b(); }', ['', 'a b', 'b']],
    [
      'a switch that a continue leaves',
      'for (const x of list) { switch (x) { case 1: a(); continue; } b(); }',
      ['', 'a', 'a b', 'b', 'b a'],
    ],
    ['a return', 'if (p) return a(); b();', ['a return', 'b']],
    ['a bare return', 'return; a();', ['return']],
    ['a throw', 'if (p) throw a(); b();', ['b']],
    ['a call that never returns', 'if (p) leave(); b();', ['b']],
    ['a catch', 'try { a(); fail(); } catch { b(); }', ['a catch b', 'a fail']],
    ['a catch of a throw', 'try { throw a(); } catch (e) { b(); }', ['a throw catch b']],
    ['a catch that is never reached', 'try { fail(); } catch ({ message }) { b(); }', ['fail']],
    ['a finally', 'try { fail(); return; } finally { b(); } c();', ['fail b return']],
    ['a finally that returns', 'try { fail(); a(); } finally { return b(); }', ['b return', 'fail a b return']],
    ['a finally after a catch', 'try { fail(); } catch { a(); } finally { b(); }', ['catch a b', 'fail b']],
    ['a break through a finally', 'for (;;) { try { break; } finally { a(); } } b();', ['a b']],
    ['what other code will run', 'const g = () => a(); class C { m() { b(); } } function h() { c(); }', ['']],
    ['types', 'const x = (p as ReturnType<typeof b>)!; a();', ['a']],
    ['types in a chain', 'p.x<{ y?: 1 }>(a())?.z; b();', ['a b']],
    ['an assertion in front', '<X>a(); b();', ['a b']],
    ['an enum', 'enum E { A = a() } b();', ['a b']],
    ['the fields of a class', 'class C { x = a(); } b();', ['b']],
  ])('%s', (_what, body, expected) => {
    expect(waysThrough(body)).toEqual(expected);
  });

  it('forgets what was asked before there are too many', () => {
    const asked = Array.from(
      { length: 17 },
      (_, index) => `if (p.x${String(index)}) q(); if (p.x${String(index)}) q();`,
    );
    expect(waysThrough(asked.join(' '))).toEqual(['', 'q']);
  });
});

describe('walk', () => {
  it('treats a node of a kind without visitor keys as one without children', () => {
    const seen: string[] = [];
    walk({ type: 'Unheard', child: { type: 'Of' } } as unknown as Node, {}, ({ type }) => {
      seen.push(type);
      return true;
    });
    expect(seen).toEqual(['Unheard']);
  });
});
