import { expect, test } from 'vitest';
import { isAllowedHost } from '../../../functions/push/is-allowed-host.ts';

const hosts = ['fcm.googleapis.com', '*.push.apple.com'];

test.for([
  'https://fcm.googleapis.com/fcm/send/abc',
  'https://fcm.googleapis.com:443/wp/abc?x=1',
  'https://FCM.googleapis.com/wp',
  'https://web.push.apple.com/abc',
  'https://a.b.push.apple.com/abc',
])('a push service on the list is allowed: %s', (url) => {
  expect(isAllowedHost(hosts, url)).toBe(true);
});

test.for([
  'http://fcm.googleapis.com/wp',
  'https://fcm.googleapis.com:8443/wp',
  'https://user@fcm.googleapis.com/wp',
  'https://:password@fcm.googleapis.com/wp',
  'https://fcm.googleapis.com.example.org/wp',
  'https://evilfcm.googleapis.com/wp',
  'https://x.fcm.googleapis.com/wp',
  'https://push.apple.com/abc',
  'https://evilpush.apple.com/abc',
  'https://169.254.169.254/latest/meta-data',
  'https://[::1]/wp',
  'https://localhost/wp',
  'wss://fcm.googleapis.com/wp',
  'fcm.googleapis.com/wp',
  '',
])('nothing else is: %s', (url) => {
  expect(isAllowedHost(hosts, url)).toBe(false);
});
