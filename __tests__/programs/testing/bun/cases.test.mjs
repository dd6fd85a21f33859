import { test } from 'bun:test';
import { defineCases } from '../cases.mjs';

defineCases(test);
