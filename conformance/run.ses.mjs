// Runs the suite where SES has locked down what the language has.

import 'ses';

lockdown();
await import('./run.mjs');
