// Drivers of a generator that yields once, as one would write them without a library: they check both ends, hand the
// block's error to the generator, and give its return value if it handled that.

export function driveSync(generatorFunction, argument, body) {
  const generator = generatorFunction(argument);
  const { value, done } = generator.next();
  if (done) throw new Error('The generator did not yield.');
  let result;
  try {
    result = body(value);
  } catch (error) {
    const step = generator.throw(error);
    if (!step.done) throw new Error('The generator did not stop.', { cause: error });
    return step.value;
  }
  if (!generator.next().done) throw new Error('The generator did not stop.');
  return result;
}

export async function driveAsync(generatorFunction, argument, body) {
  const generator = generatorFunction(argument);
  const { value, done } = await generator.next();
  if (done) throw new Error('The generator did not yield.');
  let result;
  try {
    result = await body(value);
  } catch (error) {
    const step = await generator.throw(error);
    if (!step.done) throw new Error('The generator did not stop.', { cause: error });
    return step.value;
  }
  if (!(await generator.next()).done) throw new Error('The generator did not stop.');
  return result;
}
