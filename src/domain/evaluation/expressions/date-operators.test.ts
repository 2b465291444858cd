import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, evaluationError } from '../../../../test/support/evaluate-expression.ts';
import { toJson } from '../../value/to-json.ts';
import type { Json } from '../../value/value.ts';

const date = { $toDate: '2024-03-10T09:30:15.123Z' };
const text = (source: Json): Json => ({ $toString: source });

test.each<[Json, Json]>([
  [{ $year: date }, 2024],
  [{ $hour: { date, timezone: 'America/New_York' } }, 5],
  [{ $hour: { date, timezone: '+05:30' } }, 15],
  [{ $dayOfWeek: date }, 1],
  [{ $isoDayOfWeek: date }, 7],
  [{ $dayOfYear: date }, 70],
  [{ $week: date }, 10],
  [{ $isoWeek: date }, 10],
  [{ $isoWeekYear: { $toDate: '2021-01-03' } }, 2020],
  [{ $isoWeek: { $toDate: '2021-01-03' } }, 53],
  [
    { $dateToString: { date, format: '%Y/%m/%d %H:%M:%S.%L %j %u %V %z %%' } },
    '2024/03/10 09:30:15.123 070 7 10 +0000 %',
  ],
  [{ $dateToString: { date, timezone: 'Asia/Kolkata' } }, '2024-03-10T15:00:15.123'],
  [{ $dateToString: { date, format: '%H%z', timezone: '-03' } }, '06-0300'],
  [{ $dateToString: { date: null, onNull: 'none' } }, 'none'],
  [text({ $dateFromString: { dateString: '10/03/2024', format: '%d/%m/%Y' } }), '2024-03-10T00:00:00.000Z'],
  [
    text({ $dateFromString: { dateString: '2024-03-10T12:00', timezone: 'Europe/Berlin' } }),
    '2024-03-10T11:00:00.000Z',
  ],
  [text({ $dateFromString: { dateString: '2024-03-10T12:00:00+02:00' } }), '2024-03-10T10:00:00.000Z'],
  [text({ $dateFromString: { dateString: 'March 10, 2024' } }), '2024-03-10T00:00:00.000Z'],
  [{ $dateFromString: { dateString: 'x', onError: 'bad' } }, 'bad'],
  [text({ $dateFromParts: { year: 2024, month: 14, day: 0 } }), '2025-01-31T00:00:00.000Z'],
  [text({ $dateFromParts: { isoWeekYear: 2020, isoWeek: 53, isoDayOfWeek: 7 } }), '2021-01-03T00:00:00.000Z'],
  [
    text({ $dateAdd: { startDate: { $toDate: '2024-01-31' }, unit: 'month', amount: 1 } }),
    '2024-02-29T00:00:00.000Z',
  ],
  [text({ $dateSubtract: { startDate: date, unit: 'hour', amount: 10 } }), '2024-03-09T23:30:15.123Z'],
  [text({ $dateTrunc: { date, unit: 'month' } }), '2024-03-01T00:00:00.000Z'],
  [text({ $dateTrunc: { date, unit: 'week', startOfWeek: 'monday' } }), '2024-03-04T00:00:00.000Z'],
  [text({ $dateTrunc: { date, unit: 'minute', binSize: 20 } }), '2024-03-10T09:20:00.000Z'],
  [text({ $dateTrunc: { date, unit: 'day', timezone: 'America/New_York' } }), '2024-03-10T05:00:00.000Z'],
  [{ $dateDiff: { startDate: { $toDate: '2023-12-31' }, endDate: date, unit: 'quarter' } }, 1],
  [{ $dateDiff: { startDate: { $toDate: '2024-03-09T23:59:59Z' }, endDate: date, unit: 'week' } }, 1],
  [
    { $dateToParts: { date, iso8601: true } },
    { isoWeekYear: 2024, isoWeek: 10, isoDayOfWeek: 7, hour: 9, minute: 30, second: 15, millisecond: 123 },
  ],
  [{ $toString: { $add: [date, 1000] } }, '2024-03-10T09:30:16.123Z'],
])('%j is %j', (source, expected) => {
  expect(toJson(evaluate(source) ?? null)).toEqual(expected);
});

test('adding a day keeps the local time where clocks change', () => {
  const shifted = { $dateAdd: { startDate: date, unit: 'day', amount: 1, timezone: 'America/New_York' } };
  expect(evaluate(text(shifted))).toBe('2024-03-11T09:30:15.123Z');
  const before = { $toDate: '2024-03-09T10:00:00Z' };
  const over = { $dateAdd: { startDate: before, unit: 'day', amount: 1, timezone: 'America/New_York' } };
  expect(evaluate(text(over))).toBe('2024-03-10T09:00:00.000Z');
});

test('hours are counted as they passed where clocks change', () => {
  const endDate = { $toDate: '2024-03-10T07:30:00Z' };
  const startDate = { $toDate: '2024-03-10T06:30:00Z' };
  const hours = { $dateDiff: { startDate, endDate, unit: 'hour', timezone: 'America/New_York' } };
  expect(toJson(evaluate(hours) ?? null)).toBe(1);
});

test.each<Json>([
  { $year: '2024-03-10' },
  { $hour: { date, timezone: 'america/new_york' } },
  { $hour: { date, timezone: 'EDT' } },
  { $dateAdd: { startDate: date, unit: 'fortnight', amount: 1 } },
  { $dateAdd: { startDate: date, unit: 'day', amount: 1.5 } },
  { $dateAdd: { startDate: date, unit: 'year', amount: 1e9 } },
  { $dateTrunc: { date, unit: 'day', binSize: 0 } },
  { $dateFromString: { dateString: '2023-02-29' } },
  { $dateFromString: { dateString: '2024-01-01', format: '%q' } },
  { $dateToString: { date, format: '%' } },
  { $dateFromParts: { year: 10_000 } },
])('%j is refused', (source) => {
  expect(evaluationError(source).code).toBe('INVALID_REQUEST');
});

test('a format or text made to be slow is refused at once', () => {
  const format = `${'%d'.repeat(100)}x`;
  expect(evaluationError({ $dateFromString: { dateString: '1'.repeat(150), format } }).code).toBe(
    'INVALID_REQUEST',
  );
  expect(evaluationError({ $toDate: `2024-01-01T${' '.repeat(1e6)}\n` }).code).toBe('INVALID_REQUEST');
  expect(evaluationError({ $toDouble: `${'1'.repeat(1e6)}x` }).code).toBe('INVALID_REQUEST');
});

const dates = fc.date({ min: new Date('1950-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', '-07:30');
const units = fc.constantFrom('year', 'quarter', 'month', 'week', 'day');

test('a date is written and read back', () => {
  fc.assert(
    fc.property(dates, (d) => {
      const written = { $dateToString: { date: '$d' } };
      expect(evaluate({ $dateFromString: { dateString: written } }, { d })).toEqual(d);
      expect(evaluate({ $toDate: { $toString: '$d' } }, { d })).toEqual(d);
    }),
  );
});

test('truncating never goes forward, is idempotent, and leaves no boundary between', () => {
  fc.assert(
    fc.property(dates, zones, units, (d, timezone, unit) => {
      const start = evaluate({ $dateTrunc: { date: '$d', unit, timezone } }, { d });
      expect(start instanceof Date && start <= d).toBe(true);
      expect(evaluate({ $dateTrunc: { date: '$d', unit, timezone } }, { d: start ?? null })).toEqual(start);
      const diff = { $dateDiff: { startDate: '$s', endDate: '$d', unit, timezone } };
      expect(toJson(evaluate(diff, { d, s: start ?? null }) ?? null)).toBe(0);
    }),
  );
});
