import { ServiceError } from '../../errors.ts';
import { granularitySeries } from '../../query/granularity.ts';
import type { Value } from '../../value/value.ts';
import { isNumeric, numberOf } from '../expressions/numbers.ts';

/** A granularity rounds numbers from zero up only. */
export function checkGranularityInput(value: Value): void {
  if (!isNumeric(value) || !(numberOf(value) >= 0) || numberOf(value) === Infinity)
    throw new ServiceError('INVALID_REQUEST', '$bucketAuto with a granularity takes numbers from 0 up', {
      operator: '$bucketAuto',
    });
}

/** The next number of the series above the value. */
export function roundUp(value: Value, granularity: string): number {
  return round(value, granularity, 1);
}

/** The next number of the series below the value. */
export function roundDown(value: Value, granularity: string): number {
  return round(value, granularity, -1);
}

function round(value: Value, granularity: string, direction: 1 | -1): number {
  const number = isNumeric(value) ? numberOf(value) : 0;
  if (number === 0) return 0;
  const series = granularitySeries.get(granularity);
  return series === undefined ? roundPower(number, direction) : roundSeries(number, series, direction);
}

function roundPower(number: number, direction: 1 | -1): number {
  const exponent = Math.log2(number);
  return 2 ** (direction === 1 ? Math.floor(exponent) + 1 : Math.ceil(exponent) - 1);
}

/** Scales the series to the number's decade and takes the neighbour on the wanted side. */
function roundSeries(number: number, series: readonly number[], direction: 1 | -1): number {
  const lowest = series[0] ?? 1;
  const decade = Math.floor(Math.log10(number / lowest));
  const candidates = [decade - 1, decade, decade + 1].flatMap((power) =>
    series.map((member) => (power < 0 ? member / 10 ** -power : member * 10 ** power)),
  );
  if (direction === 1) return candidates.find((candidate) => candidate > number) ?? number;
  return candidates.findLast((candidate) => candidate < number) ?? number;
}
