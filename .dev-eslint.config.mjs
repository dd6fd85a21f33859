import { register } from 'node:module';
import tseslint from 'typescript-eslint';
import markdown from '@eslint/markdown';
const { rules } = await import('./lib/eslint/index.ts');
const all = Object.fromEntries(Object.keys(rules).map((n) => [`withal/${n}`, 'error']));
const typed = process.env.TYPED === '1';
export default [
  { ignores: ['dist', 'coverage', 'docs/api', '__tests__/eslint/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'off' } },
  { files: ['**/*.md'], plugins: { markdown }, processor: 'markdown/markdown' },
  { files: ['**/*.{ts,mjs}'], plugins: { withal: { rules }, '@typescript-eslint': tseslint.plugin, jest: {rules:{}} }, rules: all,
    settings: { withal: { modules: ['lib/index', 'lib/generator', 'lib/with', 'lib/enter', 'lib/all','lib/async-exit-stack','lib/exit-stack','lib/closing','lib/scope','lib/node/index','lib/aclosing','lib/abstract','lib/decorator','lib/suppress','lib/timeout','lib/null-context'] } },
    languageOptions: { parser: tseslint.parser, parserOptions: typed ? { projectService: true } : {} } },
  { files: ['**/*.md/*.ts'], languageOptions: { parserOptions: { projectService: false, project: null } } },
];
