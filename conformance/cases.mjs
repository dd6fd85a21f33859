// Runs cases that give a value, and compares that with what is expected.

/** Gives the name of each case, and what went wrong with it, if anything did. */
export async function resultsOf(cases, expectations) {
  const results = [];
  for (const [name, run] of Object.entries(cases)) {
    const actual = await Promise.resolve()
      .then(run)
      .then(JSON.stringify, (error) => String(error?.stack ?? error));
    const expected = JSON.stringify(expectations[name]);
    results.push(actual === expected ? [name] : [name, `expected ${expected}, but got ${actual}`]);
  }
  return results;
}
