// Drivers of a generator that yields once, written as you would without a library: they check both ends, pass the
// block's error to the generator, and return the generator's value if it handled the error.

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

// The same, at the least cost that this API allows: one function takes the arguments and another the block, and an
// error that replaces the block's must not lose it. That takes an object that holds the arguments, and one more
// `catch`.

class Held {
  constructor(generatorFunction, self, args) {
    this.generatorFunction = generatorFunction;
    this.self = self;
    this.args = args;
  }

  start() {
    return Reflect.apply(this.generatorFunction, this.self, this.args);
  }
}

export const held = (generatorFunction) =>
  function hold(...args) {
    return new Held(generatorFunction, this, args);
  };

export function driveHeldSync(held, body) {
  const generator = held.start();
  let step = generator.next();
  if (step.done) throw new Error('The generator did not yield.');
  let result;
  let thrown;
  try {
    result = body(step.value);
  } catch (error) {
    thrown = { error };
  }
  try {
    step = thrown ? generator.throw(thrown.error) : generator.next();
    if (!step.done) throw new Error('The generator did not stop.');
  } catch (error) {
    throw both(error, thrown);
  }
  return thrown ? step.value : result;
}

export async function driveHeldAsync(held, body) {
  const generator = held.start();
  let step = await generator.next();
  if (step.done) throw new Error('The generator did not yield.');
  let result;
  let thrown;
  try {
    result = await body(step.value);
  } catch (error) {
    thrown = { error };
  }
  try {
    step = await (thrown ? generator.throw(thrown.error) : generator.next());
    if (!step.done) throw new Error('The generator did not stop.');
  } catch (error) {
    throw both(error, thrown);
  }
  return thrown ? step.value : result;
}

function both(error, thrown) {
  if (thrown && error !== thrown.error) error.cause ??= thrown.error;
  return error;
}

// The same for generators that ask for others with `yield* asked(…)`, which are entered on the way and exited
// afterwards.

/** A request: it's yielded to the driver, and returns what the driver sends back. */
class Asked {
  isAsked = false;

  constructor(generator) {
    this.generator = generator;
  }

  [Symbol.iterator]() {
    return this;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  next(sent) {
    if (this.isAsked) return { done: true, value: sent };
    this.isAsked = true;
    return { done: false, value: this };
  }

  throw(error) {
    throw error;
  }
}

export const asked = (generator) => new Asked(generator);

export function driveComposedSync(generatorFunction, argument, body) {
  const generator = generatorFunction(argument);
  const entered = [];
  let step = generator.next();
  while (step.value instanceof Asked) {
    const asked = step.value.generator;
    const { value } = asked.next();
    entered.push(asked);
    step = generator.next(value);
  }
  const result = body(step.value);
  generator.next();
  while (entered.length > 0) entered.pop().next();
  return result;
}

export async function driveComposedAsync(generatorFunction, argument, body) {
  const generator = generatorFunction(argument);
  const entered = [];
  let step = await generator.next();
  while (step.value instanceof Asked) {
    const asked = step.value.generator;
    const { value } = await asked.next();
    entered.push(asked);
    step = await generator.next(value);
  }
  const result = await body(step.value);
  await generator.next();
  while (entered.length > 0) await entered.pop().next();
  return result;
}

/** A flat scope: the generator is the block, so there is no value to pass. */
export async function driveFlatAsync(generatorFunction, argument) {
  const generator = generatorFunction(argument);
  const entered = [];
  let step = await generator.next();
  while (!step.done) {
    const asked = step.value.generator;
    const { value } = await asked.next();
    entered.push(asked);
    step = await generator.next(value);
  }
  while (entered.length > 0) await entered.pop().next();
  return step.value;
}
