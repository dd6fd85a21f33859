// Runs cases that return a value, and compares that with the expected one.

/** Returns the name of each case, with its problem if it failed. */
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
