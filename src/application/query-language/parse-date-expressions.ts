import { invalidRequest } from '../../domain/errors.ts';
import { type ArgumentParser, isOperatorObject, parseNamed, positional } from './parse-arguments.ts';
import { isJsonObject } from './parse-scope.ts';

/** A date, `[date]`, or `{date, timezone}`. */
export const datePartArguments: ArgumentParser = (source, place, parse) => {
  if (isJsonObject(source) && !isOperatorObject(source))
    return { named: parseNamed(source, place, parse, ['date', 'timezone'], ['date']) };
  const { args = [] } = positional(1, 1)(source, place, parse);
  return { named: { date: args[0] ?? { kind: 'literal', value: null } } };
};

const timeParts = ['hour', 'minute', 'second', 'millisecond', 'timezone'];
const calendarParts = ['year', 'month', 'day'];
const isoParts = ['isoWeekYear', 'isoWeek', 'isoDayOfWeek'];

/** A calendar date (`year`…) or an ISO week date (`isoWeekYear`…), never a mixture. */
export const dateFromPartsArguments: ArgumentParser = (source, place, parse) => {
  const iso = isJsonObject(source) && Object.hasOwn(source, 'isoWeekYear');
  const parts = iso ? isoParts : calendarParts;
  const other = (iso ? calendarParts : isoParts).find(
    (name) => isJsonObject(source) && Object.hasOwn(source, name),
  );
  if (other !== undefined)
    throw invalidRequest(`does not allow '${other}' beside '${parts[0]}'`, `${place.path}.${other}`);
  return { named: parseNamed(source, place, parse, [...parts, ...timeParts], parts.slice(0, 1)) };
};
