// Runs the suite after SES has locked down the language.

import 'ses';

lockdown();
await import('./run.mjs');
