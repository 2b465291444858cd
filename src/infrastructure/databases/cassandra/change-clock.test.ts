import { describe, expect, it } from 'vitest';
import { ChangeClock, microsecondsOf } from './change-clock.ts';

describe('ChangeClock', () => {
  it('only rises, whatever change it follows', () => {
    const [clock, ahead] = [new ChangeClock(), '00099999999999999-ffffffffffff'];
    const names = [undefined, undefined, ahead, undefined].map((after) => clock.next(after));
    expect(names.toSorted()).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
    expect(microsecondsOf(clock.next(ahead))).toBeGreaterThan(microsecondsOf(ahead));
  });

  it('tells the time of a change', () => {
    expect(Math.abs(microsecondsOf(new ChangeClock().next(undefined)) / 1000 - Date.now())).toBeLessThan(
      1000,
    );
  });
});
