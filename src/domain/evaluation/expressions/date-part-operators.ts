import type { Value } from '../../value/value.ts';
import {
  dayOfWeek,
  dayOfYear,
  isoDayOfWeek,
  isoWeek,
  isoWeekYear,
  localMillis,
  localTime,
  week,
} from './calendar.ts';
import { readDate, readZone } from './date-arguments.ts';
import { makeLong } from './numbers.ts';
import { eagerNamed, isNullish, type OperatorCompiler, typeError } from './operator-compiler.ts';

type DatePartOperator =
  | '$dateToParts'
  | '$dayOfMonth'
  | '$dayOfWeek'
  | '$dayOfYear'
  | '$hour'
  | '$isoDayOfWeek'
  | '$isoWeek'
  | '$isoWeekYear'
  | '$millisecond'
  | '$minute'
  | '$month'
  | '$second'
  | '$week'
  | '$year';

/** https://www.mongodb.com/docs/manual/reference/operator/aggregation/#date-expression-operators */
export const datePartOperators: Readonly<Record<DatePartOperator, OperatorCompiler>> = {
  $dateToParts: eagerNamed(({ date, timezone, iso8601 }, call) => {
    const zone = readZone(timezone, call);
    if (iso8601 === null || (iso8601 === undefined && call.named.iso8601 !== undefined)) return null;
    if (!isNullish(iso8601) && typeof iso8601 !== 'boolean')
      throw typeError(call, 'a boolean as its iso8601', iso8601);
    const instant = readDate(date, call);
    if (instant === undefined || zone === undefined) return null;
    return partsOf(localMillis(instant, zone), iso8601 === true);
  }),
  $dayOfMonth: part((local) => localTime(local).day),
  $dayOfWeek: part(dayOfWeek),
  $dayOfYear: part(dayOfYear),
  $hour: part((local) => localTime(local).hour),
  $isoDayOfWeek: part(isoDayOfWeek),
  $isoWeek: part(isoWeek),
  $isoWeekYear: part((local) => makeLong(BigInt(isoWeekYear(local)))),
  $millisecond: part((local) => localTime(local).millisecond),
  $minute: part((local) => localTime(local).minute),
  $month: part((local) => localTime(local).month),
  $second: part((local) => localTime(local).second),
  $week: part(week),
  $year: part((local) => localTime(local).year),
};

function part(take: (local: number) => Value): OperatorCompiler {
  return eagerNamed(({ date, timezone }, call) => {
    const instant = readDate(date, call);
    if (instant === undefined) return null;
    const zone = readZone(timezone, call);
    return zone === undefined ? null : take(localMillis(instant, zone));
  });
}

function partsOf(local: number, iso: boolean): Value {
  const { year, month, day, ...time } = localTime(local);
  return iso
    ? {
        isoWeekYear: isoWeekYear(local),
        isoWeek: isoWeek(local),
        isoDayOfWeek: isoDayOfWeek(local),
        ...time,
      }
    : { year, month, day, ...time };
}
