import { test } from 'vitest';
import { defineCases } from '../cases.mjs';

defineCases(test);
