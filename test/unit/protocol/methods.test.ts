import { expect, test } from 'vitest';
import {
  errors,
  events,
  isMethod,
  limits,
  Message,
  methodNames,
  methods,
  traceparentBytes,
  traceparentOf,
} from '#protocol';
import { newAccount } from '../../fixtures/accounts.ts';

const { account } = newAccount();
const message = '0199d5a0-0000-7000-8000-000000000000';
const to = [{ account, version: 1, devices: [{ device: 1, body: 0 }] }];
const refusalOf = (change: object) =>
  Message.safeParse({ message, bodies: ['AAAA'], to, ...change }).error?.issues[0]?.message;

test('methods, events and errors are named in the manner of the protocol', () => {
  for (const name of [...methodNames, ...Object.keys(events)]) expect(name).toMatch(/^[a-z]+\.[a-z]+$/);
  for (const name of Object.keys(errors)) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
});

test('only relay.ack is one-way', () => {
  expect(methodNames.filter((name) => methods[name].oneWay)).toEqual(['relay.ack']);
});

test('names that only look like methods are none', () => {
  for (const name of ['toString', '__proto__', 'relay', 'relay.', '$connect']) expect(isMethod(name)).toBe(false);
});

test('the largest body fits a frame, in the call and in the delivery', () => {
  const body = Buffer.alloc(limits.body).toString('base64url');
  const call = {
    jsonrpc: '2.0',
    id: 'x'.repeat(64),
    method: 'relay.send',
    params: { messages: [{ message, bodies: [body], to }] },
    traceparent: traceparentOf(new Uint8Array(traceparentBytes)),
  };
  expect(Message.safeParse({ message, bodies: [body], to }).success).toBe(true);
  expect(JSON.stringify(call).length).toBeLessThan(limits.frame);
});

test('a message that makes no sense is told why', () => {
  const twice = [
    { device: 1, body: 0 },
    { device: 1, body: 0 },
  ];
  expect(refusalOf({})).toBeUndefined();
  expect(refusalOf({ to: [{ account, version: 1, devices: twice }] })).toBe('a device is named twice');
  expect(refusalOf({ to: [...to, ...to] })).toBe('an account is named twice');
  expect(refusalOf({ to: [{ account, version: 1, devices: [{ device: 1, body: 1 }] }] })).toBe(
    'a device names a body that is not there',
  );
  expect(refusalOf({ message: message.toUpperCase().replace('0', 'G') })).toBe('expected a UUIDv7 in lower case');
  expect(refusalOf({ bodies: ['AA=='] })).toBe('expected unpadded base64url');
  expect(refusalOf({ bodies: ['A'.repeat(Math.ceil((limits.body * 4) / 3) + 3)] })).toMatch(/at most 22000 bytes/);
});
