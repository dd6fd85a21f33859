// Everything to check on a runtime, with each form of `using` that it can load.

import { suite as fp } from './fp.mjs';
import { suite as locks } from './locks.mjs';
import { suite as core } from './suite.mjs';

/** Whether the runtime has the syntax. */
export const hasUsing = (() => {
  try {
    return Boolean(new Function('return async () => { await using nothing = null; };'));
  } catch {
    return false;
  }
})();

export async function all(withal, withalFp) {
  const results = [...(await core(withal)), ...(await fp(withal, withalFp)), ...(await locks(withal))];
  for (const form of hasUsing ? ['native'] : ['typescript', 'esbuild', 'babel']) {
    const { suite } = await import(`./using.${form}.mjs`);
    results.push(...(await suite(withal)).map(([name, problem]) => [`${form}: ${name}`, problem]));
  }
  return results;
}
