import { expect, test } from 'vitest';
import { describeDeployment, kindOf } from './mongodb-deployment.ts';

/** What the driver says of each server. */
function servers(types: Readonly<Record<string, string>>) {
  return { servers: new Map(Object.entries(types).map(([address, type]) => [address, { address, type }])) };
}

test('a replica set tells its primary and the state of every member', () => {
  const deployment = servers({
    'a:1': 'RSPrimary',
    'b:1': 'RSSecondary',
    'c:1': 'Unknown',
  });
  expect(describeDeployment(deployment)).toEqual({
    type: 'replicaSet',
    primary: 'a:1',
    members: [
      { address: 'a:1', state: 'primary' },
      { address: 'b:1', state: 'secondary' },
      { address: 'c:1', state: 'unreachable' },
    ],
  });
});

test('standalone servers and routers are told apart, and nothing is said before a server has answered', () => {
  expect(kindOf(servers({ 'a:1': 'Standalone' }))).toBe('standalone');
  expect(kindOf(servers({ 'a:1': 'Mongos' }))).toBe('sharded');
  expect(describeDeployment(servers({ 'a:1': 'Unknown' }))).toBeUndefined();
  expect(kindOf(undefined)).toBeUndefined();
});
