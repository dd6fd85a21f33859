import { describe, expect, it } from '@jest/globals';
import type { TSESTree } from '@typescript-eslint/utils';
import { Linter } from 'eslint';
import { walk, type Node } from '../../lib/eslint/ast.ts';
import type { Context } from '../../lib/eslint/file.ts';
import { fileOf } from '../../lib/eslint/file.ts';
import { follow } from '../../lib/eslint/flow.ts';
import { languageOptionsFor } from '../helpers/lint.ts';

/**
 * Where the ways through a function end, each as the letters of the calls on it: `a b` came to the end, `a return` returned.
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

describe('the ways through', () => {
  it.each([
    ['a statement after another', 'a(); b();', ['a b']],
    ['a branch', 'if (p) a(); b();', ['a b', 'b']],
    ['a branch and its other', 'if (p) a(); else b();', ['a', 'b']],
    ['branches that ask the same', 'if (p) a(); if (p) b();', ['', 'a b']],
    ['branches that ask the opposite', 'if (p) a(); if (!p) b();', ['a', 'b']],
    ['branches that compare the same', "if (p === 'x') a(); if (p !== 'x') b();", ['a', 'b']],
    ['branches that compare loosely', 'if (p == null) a(); if (p != null) b();', ['a', 'b']],
    ['branches that ask for a type', "if (typeof p === 'x') a(); if (typeof p === 'x') b();", ['', 'a b']],
    ['branches that ask for the same property', 'if (p.x) a(); if (!p.x) b();', ['a', 'b']],
    ['branches that ask for this', 'if (this.x) a(); if (!this.x) b();', ['a', 'b']],
    ['branches that ask for undefined', 'if (p === undefined) a(); if (p === undefined) b();', ['', 'a b']],
    ['branches that call', 'if (p()) a(); if (p()) b();', ['p', 'p a', 'p a b', 'p b']],
    ['branches that ask for an element', 'if (p[q]) a(); if (!p[q]) b();', ['', 'a', 'a b', 'b']],
    ['what is written in between', 'if (p) a(); p = q; if (p) b();', ['', 'a', 'a b', 'b']],
    ['what a callback may write', 'list.on(() => { p = 1; }); if (p) a(); if (p) b();', ['', 'a', 'a b', 'b']],
    ['what somebody else may write', 'if (other) a(); if (other) b();', ['', 'a', 'a b', 'b']],
    ['a flag', 'let done = false; if (p) done = true; if (done) a(); else b();', ['a', 'b']],
    ['a flag that may be anything', 'let done; if (p) done = q; if (done) a(); else b();', ['a', 'b']],
    [
      'an object for a flag',
      'let one; if (p) one = {}; else one = undefined; if (one) a(); if (!one) b();',
      ['a', 'b'],
    ],
    ['a flag that is counted up', 'let n = 0; n += 1; if (n) a(); if (n) b();', ['', 'a b']],
    ['a constant condition', 'if (true) a(); if (0) b();', ['a']],
    ['an and', 'p && a(); b();', ['a b', 'b']],
    ['an or', 'p || a(); b();', ['a b', 'b']],
    ['a nullish', 'p ?? a(); b();', ['a b', 'b']],
    ['a test of both', 'if (p && q) a(); else b();', ['a', 'b']],
    ['a test of either', 'if (p || q) a(); else b();', ['a', 'b']],
    ['a test of neither', 'if (!(p || q)) a(); else b();', ['a', 'b']],
    ['a test of the first there is', 'if (p ?? q) a(); else b();', ['a', 'b']],
    ['a conditional', 'p ? a() : b();', ['a', 'b']],
    ['an optional chain', 'p?.x(a()); b();', ['a b', 'b']],
    ['a chain within a chain', 'p?.x(r?.y(a()), b());', ['', 'a b', 'b']],
    ['a logical assignment', 'p ??= a(); b();', ['a b', 'b']],
    ['a default', 'const { x = a() } = p; b();', ['a b', 'b']],
    ['a while', 'while (p) a(); b();', ['a b', 'b']],
    ['a do', 'do a(); while (p); b();', ['a b']],
    ['a for', 'for (a(); p; b()) c();', ['a', 'a c b']],
    ['a for that never ends', 'for (;;) a();', []],
    ['a for that is left', 'for (;;) { a(); if (p) break; b(); } c();', ['a b c', 'a c']],
    ['a for of', 'for (const x of list) a(); b();', ['a b', 'b']],
    ['a for in', 'for (const x in list) a(); b();', ['a b', 'b']],
    ['a continue', 'for (const x of list) { if (x) continue; a(); } b();', ['a b', 'b']],
    [
      'a labelled break',
      'one: for (const x of list) { for (const y of x) { a(); break one; } b(); } c();',
      ['a c', 'b a c', 'b c', 'c'],
    ],
    [
      'a labelled continue',
      'one: for (const x of list) { for (const y of x) { a(); continue one; } b(); }',
      ['', 'a', 'a b', 'b', 'b a'],
    ],
    ['a labelled block', 'one: { a(); if (p) break one; b(); } c();', ['a b c', 'a c']],
    ['a switch', 'switch (p) { case 1: a(); break; case 2: b(); } c();', ['a c', 'b c', 'c']],
    ['a switch with a default', 'switch (p) { case 1: a(); break; default: b(); }', ['a', 'b']],
    ['a switch that falls through', 'switch (p) { case 1: a(); case 2: b(); }', ['', 'a b', 'b']],
    [
      'a switch that is left by a loop',
      'for (const x of list) switch (x) { case 1: continue; default: a(); }',
      ['', 'a'],
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
    ['what others will run', 'const g = () => a(); class C { m() { b(); } } function h() { c(); }', ['']],
    ['types', 'const x = (p as ReturnType<typeof b>)!; a();', ['a']],
  ])('%s', (_what, body, expected) => {
    expect(waysThrough(body)).toEqual(expected);
  });

  it('forgets what was asked before there are too many', () => {
    const asked = Array.from(
      { length: 12 },
      (_, index) => `if (p.x${String(index)}) q(); if (p.x${String(index)}) q();`,
    );
    expect(waysThrough(asked.join(' '))).toEqual(['', 'q']);
  });
});

describe('walk', () => {
  it('takes a node of a kind that the parser has no keys for as one without children', () => {
    const seen: string[] = [];
    walk({ type: 'Unheard', child: { type: 'Of' } } as unknown as Node, {}, ({ type }) => {
      seen.push(type);
      return true;
    });
    expect(seen).toEqual(['Unheard']);
  });
});
