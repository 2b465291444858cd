import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCall } from '../../../../test/support/test-call.ts';
import { configSchema } from '../../config/config-schema.ts';
import { CassandraConnection } from './cassandra-connection.ts';
import { cassandraOptions } from './cassandra-settings.ts';
import { bucketOf, ChangeClock } from './change-clock.ts';
import { ChangeMarks, ReadMarks } from './change-marks.ts';

const contactPoints = process.env.CASSANDRA_CONTACT_POINTS;

describe.skipIf(contactPoints === undefined)('marks of changes', { timeout: 60_000 }, () => {
  let connection: CassandraConnection;
  beforeAll(() => {
    const section = { enabled: true, contact_points: contactPoints?.split(',') ?? [] };
    connection = new CassandraConnection(cassandraOptions(configSchema.parse({ cassandra: section })));
  });
  afterAll(() => connection.close());

  const names = (clock: ChangeClock, count: number) =>
    Array.from({ length: count }, () => clock.next(undefined));
  const statesOf = async (...changes: string[]) => {
    const { options } = connection;
    const text = `SELECT subject, state FROM ${options.keyspace}.change_marks WHERE bucket = ?`;
    const rows: { subject: string; state: string }[] = [];
    for (const bucket of new Set(changes.map(bucketOf)))
      for (const row of await connection.read({ text, values: [bucket] }, testCall()))
        rows.push({ subject: String(row.subject), state: String(row.state) });
    const marks = new ReadMarks(rows);
    return changes.map((change) => marks.stateOf(change));
  };

  it('one mark says what happened below it; what was lost, and what has not ended, is no part of it', async () => {
    const marks = new ChangeMarks(connection);
    const [a = '', b = '', c = '', d = '', after = ''] = names(new ChangeClock(), 5);
    for (const change of [a, b, c, d]) marks.begin(change);
    marks.end(a, 'done');
    marks.end(b, 'lost');
    marks.end(d, 'done');
    await marks.close();
    expect(await statesOf(a, b, c, d)).toEqual(['done', 'lost', 'open', 'open']);
    marks.end(c, 'done');
    await marks.close();
    expect(await statesOf(a, b, c, d, after)).toEqual(['done', 'lost', 'done', 'done', 'open']);
    const [another = ''] = names(new ChangeClock(), 1);
    expect(await statesOf(another)).toEqual(['open']);
  });

  it('a change that takes long holds up nobody, and is told when it ends', async () => {
    const marks = new ChangeMarks(connection);
    const [slow = '', quick = ''] = names(new ChangeClock(), 2);
    marks.begin(slow);
    marks.begin(quick);
    await delay(600);
    marks.end(quick, 'done');
    await marks.close();
    expect(await statesOf(slow, quick)).toEqual(['open', 'done']);
    marks.end(slow, 'done');
    await marks.close();
    expect(await statesOf(slow, quick)).toEqual(['done', 'done']);
  });

  it('behind marks that could not be written a new one starts, and nothing below it counts as happened', async () => {
    const away = new CassandraConnection({ ...connection.options, contactPoints: ['127.0.0.1:1'] });
    let current = away;
    const switching = {
      options: connection.options,
      batch: (...args: Parameters<CassandraConnection['batch']>) => current.batch(...args),
    };
    const marks = new ChangeMarks(switching);
    const [lost = '', done = ''] = names(new ChangeClock(), 2);
    marks.begin(lost);
    marks.end(lost, 'lost');
    await marks.close();
    current = connection;
    marks.begin(done);
    marks.end(done, 'done');
    await marks.close();
    expect(await statesOf(lost, done)).toEqual(['open', 'done']);
    await away.close();
  });
});
