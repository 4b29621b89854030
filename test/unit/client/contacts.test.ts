import { describe, expect, test } from 'vitest';
import { formatContactCode } from '#protocol';
import { readContact } from '../../../client/contact-link.ts';
import { memoryStore } from '../../../client/memory-store.ts';
import { Contacts } from '../../../client/relay/contacts.ts';
import { somebody } from './people.ts';

const [anna, ben, carla] = [somebody().account, somebody().account, somebody().account];
const load = (store = memoryStore()) => Contacts.load({ store, self: anna, now: () => 7 });

describe('contacts', () => {
  test('messages of an account are requests until it is known', async () => {
    const contacts = await load();
    expect([anna, ben, carla].map((account) => contacts.isRequest(account))).toEqual([false, true, true]);

    await contacts.add([ben]);

    expect([anna, ben, carla].map((account) => contacts.isRequest(account))).toEqual([false, false, true]);
  });

  test('who is known stays known after a restart', async () => {
    const store = memoryStore();
    await (await load(store)).add([ben]);

    const contacts = await load(store);

    expect([contacts.isRequest(ben), contacts.isRequest(carla)]).toEqual([false, true]);
  });

  test('only who was not known is written down', async () => {
    const store = memoryStore();
    const contacts = await load(store);
    await contacts.add([ben]);
    await store.delete([`contact/${ben}`]);

    await contacts.add([anna, ben, carla]);

    expect(await store.list('')).toEqual([[`contact/${carla}`, 7]]);
  });
});

describe('a contact link', () => {
  const endpoint = 'wss://relay.example.org/prod';
  const link = formatContactCode({ endpoint, account: ben });

  test('names its account to a session of the same cloud, however its address is spelled', () => {
    expect(readContact(link, endpoint)).toBe(ben);
    expect(readContact(link.replace('relay.example', 'RELAY.example'), endpoint)).toBe(ben);
  });

  test.each([
    ['code_elsewhere', link, 'wss://relay.example.org/other'],
    ['code_unreadable', link.slice(0, -1), endpoint],
    ['code_unreadable', 'https://example.org/', endpoint],
  ])('is refused otherwise: %s', (code, text, endpoint) => {
    expect(() => readContact(text, endpoint)).toThrow(expect.objectContaining({ code }));
  });
});
