import { rules, type RuleName } from '../../lib/eslint/index.ts';
import { testRule } from '../helpers/lint.ts';

for (const rule of Object.keys(rules) as RuleName[]) testRule(rule, 'untyped');
