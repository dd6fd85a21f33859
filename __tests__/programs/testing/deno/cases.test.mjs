import { defineCases } from '../cases.mjs';

defineCases(Deno.test);
