/** One request of a scenario, as every host must answer it. */
export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1` unless it starts with `!`, then at the root. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status: number;
}

export interface Scenario {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
}

const ada = { name: 'Ada', age: 36, tags: ['math', 'code'], address: { city: 'London' } };
const grace = { name: 'Grace', age: 45, tags: ['code'], address: { city: 'New York' } };

const create = (id: string, data: object): Exchange => ({
  method: 'POST',
  path: '/documents',
  body: { collection: 'people', id, data },
  status: 201,
});

/** Every host starts with an empty database and sees all of these in order. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'create, read, change, delete',
    exchanges: [
      create('ada', ada),
      { method: 'GET', path: '/documents/people/ada', status: 200 },
      { method: 'PUT', path: '/documents/people/ada', body: { data: { age: 37 }, version: 1 }, status: 200 },
      { method: 'PUT', path: '/documents/people/ada', body: { data: { age: 38 }, version: 1 }, status: 409 },
      { method: 'PUT', path: '/documents/people/ada/replace', body: { data: ada }, status: 200 },
      { method: 'DELETE', path: '/documents/people/ada', status: 200 },
      { method: 'GET', path: '/documents/people/ada', status: 404 },
    ],
  },
  {
    name: 'ids that must be encoded, and text beyond ASCII',
    exchanges: [
      create('a/b c?d#e%f', { text: 'naïve 漢字 😀' }),
      { method: 'GET', path: '/documents/people/a%2Fb%20c%3Fd%23e%25f', status: 200 },
      create('ключ', { text: '"\\\u0000' }),
      { method: 'GET', path: `/documents/people/${encodeURIComponent('ключ')}`, status: 200 },
    ],
  },
  {
    name: 'entity tags',
    exchanges: [
      create('tagged', grace),
      { method: 'GET', path: '/documents/people/tagged', headers: { 'if-none-match': '"1"' }, status: 304 },
      {
        method: 'PUT',
        path: '/documents/people/tagged/replace',
        headers: { 'if-match': '"7"' },
        body: { data: ada },
        status: 409,
      },
    ],
  },
  {
    name: 'lists and searches',
    exchanges: [
      create('p1', ada),
      create('p2', grace),
      {
        method: 'GET',
        path: '/documents/people?sort=age:desc,name:asc&limit=2&projection=name,age',
        status: 200,
      },
      {
        method: 'GET',
        path: `/documents/people?filter=${encodeURIComponent('{"address.city":"London","tags":{"$in":["math"]}}')}`,
        status: 200,
      },
      {
        method: 'POST',
        path: '/documents/people/search',
        body: { filter: { age: { $gte: 40 } }, sort: { name: 1 } },
        status: 200,
      },
      { method: 'POST', path: '/documents/people/count', body: { filter: { tags: 'code' } }, status: 200 },
      { method: 'POST', path: '/documents/people/distinct', body: { field: 'tags' }, status: 200 },
      { method: 'GET', path: '/documents/people?limit=10&limit=20', status: 400 },
      { method: 'GET', path: '/documents/people?filter=%7Bbroken', status: 400 },
    ],
  },
  {
    name: 'aggregation and atomic changes',
    exchanges: [
      {
        method: 'POST',
        path: '/documents/people/aggregate',
        body: {
          pipeline: [
            { $unwind: '$tags' },
            { $group: { _id: '$tags', n: { $sum: 1 } } },
            { $sort: { _id: 1 } },
          ],
        },
        status: 200,
      },
      {
        method: 'POST',
        path: '/documents/people/p1/find-and-update',
        body: { update: { $inc: { age: 1 }, $push: { tags: 'new' } } },
        status: 200,
      },
      {
        method: 'POST',
        path: '/documents/people/update-many',
        body: { filter: { age: { $gt: 1 } }, update: { $set: { seen: true } } },
        status: 200,
      },
      {
        method: 'POST',
        path: '/documents/bulk/insert',
        body: {
          collection: 'people',
          documents: [
            { id: 'b1', data: { n: 1 } },
            { id: 'b2', data: { n: 2 } },
          ],
        },
        status: 201,
      },
      {
        method: 'POST',
        path: '/transactions/execute',
        body: {
          operations: [
            { type: 'insert', collection: 'people', document: { id: 't1', data: { n: 1 } } },
            { type: 'update', collection: 'people', id: 't1', update: { $inc: { n: 1 } } },
          ],
        },
        status: 200,
      },
    ],
  },
  {
    name: 'indexes and collections',
    exchanges: [
      { method: 'POST', path: '/indexes/people', body: { keys: { age: 1 }, options: {} }, status: 201 },
      { method: 'GET', path: '/indexes/people', status: 200 },
      { method: 'POST', path: '/collections', body: { name: 'empty' }, status: 201 },
      { method: 'GET', path: '/collections', status: 200 },
      { method: 'DELETE', path: '/collections/empty', status: 200 },
      { method: 'GET', path: '/collections/empty/exists', status: 200 },
    ],
  },
  {
    name: 'mistakes',
    exchanges: [
      { method: 'POST', path: '/documents', body: 'not JSON', status: 400 },
      {
        method: 'POST',
        path: '/documents',
        headers: { 'content-type': 'text/plain' },
        body: 'x',
        status: 415,
      },
      { method: 'POST', path: '/documents', body: { collection: 'people', data: { $bad: 1 } }, status: 400 },
      {
        method: 'POST',
        path: '/documents/people/search',
        body: { filter: { a: { $nope: 1 } } },
        status: 400,
      },
      { method: 'GET', path: '/nothing/here', status: 404 },
      { method: 'DELETE', path: '/documents', status: 405 },
      { method: 'GET', path: '/documents/people/p1', headers: { 'x-database-type': 'oracle' }, status: 400 },
      { method: 'GET', path: '/documents/people/p1', headers: { 'x-database-type': 'mysql' }, status: 503 },
    ],
  },
  {
    name: 'the service itself',
    exchanges: [
      { method: 'GET', path: '!/ready', status: 200 },
      { method: 'GET', path: '!/live', status: 200 },
      { method: 'GET', path: '!/openapi.json', status: 200 },
      { method: 'GET', path: '/databases', status: 200 },
      { method: 'GET', path: '/documents/people', headers: { accept: 'application/x-ndjson' }, status: 200 },
    ],
  },
];
