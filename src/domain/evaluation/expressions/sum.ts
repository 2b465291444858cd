import {
  bigIntOf,
  Decimal34,
  decimalOf,
  makeDecimal,
  makeDouble,
  makeInteger,
  type NumberType,
  type Numeric,
  numberOf,
  numberTypeOf,
  wider,
} from './numbers.ts';

/** The sum in the widest type of its members: an int or long that overflows becomes the next wider type; 0 of none. */
export function addNumbers(numbers: readonly Numeric[]): Numeric {
  let type: NumberType = 'int';
  let small = true;
  for (const number of numbers) {
    type = wider(type, numberTypeOf(number));
    small &&= Math.abs(numberOf(number)) <= 2 ** 43;
  }
  if (type === 'decimal')
    return makeDecimal(numbers.reduce((total, number) => total.plus(decimalOf(number)), new Decimal34(0)));
  if (type === 'double') return makeDouble(addDoubles(numbers.map(numberOf)));
  if (small && numbers.length <= 1024 && type === 'int')
    return numbers.reduce<number>((total, number) => total + numberOf(number), 0);
  if (small && numbers.length <= 1024)
    return makeInteger(BigInt(numbers.reduce<number>((total, number) => total + numberOf(number), 0)), type);
  return makeInteger(
    numbers.reduce((total, number) => total + bigIntOf(number), 0n),
    type,
  );
}

/**
 * Neumaier's compensated sum: MongoDB adds in double-double, so that 0.1 + 0.2 + 0.3 is 0.6.
 * https://en.wikipedia.org/wiki/Kahan_summation_algorithm#Further_enhancements
 */
export function addDoubles(numbers: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const number of numbers) {
    const next = total + number;
    lost += Math.abs(total) >= Math.abs(number) ? total - next + number : number - next + total;
    total = next;
  }
  const sum = total + lost;
  return Number.isNaN(sum) ? total : sum;
}
