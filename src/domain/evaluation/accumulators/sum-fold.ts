import { TypedNumber } from '../../value/bson.ts';
import type { Value } from '../../value/value.ts';
import {
  bigIntOf,
  Decimal34,
  decimalOf,
  isNumeric,
  makeDecimal,
  makeDouble,
  makeInteger,
  type NumberType,
  type Numeric,
  numberOf,
  numberTypeOf,
  wider,
} from '../expressions/numbers.ts';
import type { Fold } from './accumulator.ts';

/** The sum of the numbers among the values, in the widest of their types; 0 of none. */
export function sumFold(): Fold {
  return new NumberSum();
}

/**
 * A running sum: integers exactly, doubles compensated (Neumaier) as MongoDB adds them in double-double, decimals with
 * 34 digits.
 */
export class NumberSum implements Fold {
  #type: NumberType = 'int';
  #count = 0;
  /** Integers while they fit in 53 bits; what does not goes to #big. */
  #whole = 0;
  #big = 0n;
  #total = 0;
  #lost = 0;
  #decimal = new Decimal34(0);

  get count(): number {
    return this.#count;
  }

  add(value: Value | undefined): void {
    if (!isNumeric(value)) return;
    this.#count++;
    const type = numberTypeOf(value);
    if (type !== this.#type) this.#type = wider(this.#type, type);
    if (type === 'double') this.#addDouble(numberOf(value));
    else if (type === 'decimal') this.#decimal = this.#decimal.plus(decimalOf(value));
    else this.#addInteger(value);
  }

  #addInteger(value: Numeric): void {
    const sum = this.#whole + numberOf(value);
    if (Number.isSafeInteger(sum) && !(value instanceof TypedNumber)) {
      this.#whole = sum;
      return;
    }
    this.#big += BigInt(this.#whole) + bigIntOf(value);
    this.#whole = 0;
  }

  #addDouble(value: number): void {
    const next = this.#total + value;
    this.#lost +=
      Math.abs(this.#total) >= Math.abs(value) ? this.#total - next + value : value - next + this.#total;
    this.#total = next;
  }

  /** The sum as a double, whatever the type. */
  double(): number {
    const whole = this.#big === 0n ? this.#whole : Number(this.#big + BigInt(this.#whole));
    if (this.#total === 0) return whole;
    const sum = this.#total + (this.#lost + whole);
    return Number.isNaN(sum) ? this.#total + whole : sum;
  }

  /** The sum divided by how many numbers there were; undefined of none. */
  average(): Value | undefined {
    if (this.#count === 0) return undefined;
    if (this.#type === 'decimal') return makeDecimal(this.#exact().div(this.#count));
    return makeDouble(this.double() / this.#count);
  }

  value(): Value {
    if (this.#type === 'decimal') return makeDecimal(this.#exact());
    if (this.#type === 'double') return makeDouble(this.double());
    return makeInteger(this.#big + BigInt(this.#whole), this.#type);
  }

  #exact() {
    const whole = (this.#big + BigInt(this.#whole)).toString();
    return this.#decimal.plus(whole).plus(this.#total).plus(this.#lost);
  }
}
