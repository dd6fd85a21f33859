import { readFileSync, readdirSync } from 'node:fs';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { rules } from '/tmp/w/eslint/lib/eslint/index.ts';
const folder = process.argv[2]!; const only = process.argv[3];
const plugin = { rules } as any;
const all = Object.fromEntries(Object.keys(rules).map((n) => [`withal/${n}`, 'error']));
for (const mode of ['typed', 'untyped']) {
  const linter = new Linter({ cwd: folder });
  let right = 0, wrong = 0, missed = 0;
  for (const name of readdirSync(folder).filter((n) => n.endsWith('.ts') && !n.endsWith('.d.ts') && (!only || n.includes(only)))) {
    const path = folder + '/' + name; const text = readFileSync(path, 'utf8');
    const expected = new Set<string>(), tolerated = new Set<string>();
    text.split('\n').forEach((line, i) => { for (const m of line.matchAll(/\/\/ ([!?])([\w-]+)(?::(\w+))?|([!?])([\w-]+)(?::(\w+))?(?=\s*$)/g)) { const [k, r, only] = [m[1] ?? m[4], m[2] ?? m[5], m[3] ?? m[6]]; if (only && only !== mode) continue; (k === '!' ? expected : tolerated).add(`${i + 1} ${r}`); } });
    const messages = linter.verify(text, [{ files: ['**/*.ts'], plugins: { withal: plugin }, rules: all as any, languageOptions: { parser: tseslint.parser as any, parserOptions: mode === 'typed' ? { projectService: true, tsconfigRootDir: folder } : {} } }], { filename: path });
    const got = new Set(messages.map((m) => m.ruleId ? `${m.line} ${m.ruleId.slice(7)}` : `${m.line} FATAL ${m.message}`));
    for (const e of expected) if (got.has(e)) right++; else { missed++; console.log(mode, 'MISSED', name, e); }
    for (const g of got) if (!expected.has(g)) { wrong++; console.log(mode, tolerated.has(g) ? 'tolerated' : 'FALSE', name, g); }
  }
  console.log(mode, { right, wrong, missed });
}
