import { it } from '@jest/globals';
import { defineCases } from '../cases.mjs';

defineCases(it);
