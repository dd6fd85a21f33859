import { nullContext, withAsync, scopeAsync } from 'withal';

export const f = () => withAsync(nullContext(), async () => 1);
export async function g() { return withAsync(nullContext(), async () => 1); }
export const h = [1, 2].map((n) => withAsync(nullContext(n), async (x) => x));
const later = withAsync(nullContext(), async () => 1);
await later;
void scopeAsync(async function* () {});
withAsync(nullContext(), async () => 1).then(log, log);
await Promise.all([withAsync(nullContext(), async () => 1)]);
export {};
