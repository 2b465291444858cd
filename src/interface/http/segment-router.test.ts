import { expect, test } from 'vitest';
import { SegmentRouter } from './segment-router.ts';

function routerWith(...routes: readonly string[]): SegmentRouter<string> {
  const router = new SegmentRouter<string>();
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ');
    router.add(method, path, route);
  }
  return router;
}

const router = routerWith(
  'GET /documents/:collection/:id',
  'DELETE /documents/:collection/:id',
  'POST /documents/:collection/search',
  'POST /documents/bulk/insert',
  'GET /documents/:collection/count/estimate',
);
const matched = (method: string, path: string) => router.match(method, path)[0].map(([handler]) => handler);

test('a parameter takes one whole segment, an encoded slash included', () => {
  expect(matched('GET', '/documents/users/a%2Fb')).toEqual(['GET /documents/:collection/:id']);
  expect(matched('GET', '/documents/users/a/b')).toEqual([]);
  expect(matched('GET', '/documents/users/')).toEqual([]);
  expect(matched('GET', '/documents//a')).toEqual([]);
});

test('a literal goes before a parameter, whatever the method', () => {
  expect(matched('POST', '/documents/users/search')).toEqual(['POST /documents/:collection/search']);
  expect(matched('GET', '/documents/users/search')).toEqual([]);
  expect(router.methods('/documents/users/search')).toEqual(['POST']);
  expect(router.methods('/documents/bulk/insert')).toEqual(['POST']);
});

test('a literal without a route of its own does not hide the parameter', () => {
  expect(matched('GET', '/documents/bulk/search-me')).toEqual(['GET /documents/:collection/:id']);
  expect(matched('GET', '/documents/users/count')).toEqual(['GET /documents/:collection/:id']);
  expect(matched('GET', '/documents/users/count/estimate')).toHaveLength(1);
});

test('tells the methods of a path, and none of an unknown one', () => {
  expect(router.methods('/documents/users/1')).toEqual(['GET', 'DELETE']);
  expect(router.methods('/nothing')).toEqual([]);
  expect(router.methods('/documents/users/__proto__')).toEqual(['GET', 'DELETE']);
});
