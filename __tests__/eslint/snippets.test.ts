import { testSnippets } from '../helpers/lint.ts';

testSnippets('untyped');
