import { answering } from './answering.mjs';

answering((limit) => {
  if (limit < 2) throw new RangeError(`no prime is less than ${limit}`);
  let count = 0;
  for (let number = 2; number < limit; number += 1) if (isPrime(number)) count += 1;
  return count;
});

function isPrime(number) {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1)
    if (number % divisor === 0) return false;
  return true;
}
