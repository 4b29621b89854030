import { createHmac } from 'node:crypto';
import type { DeviceAddress } from '#protocol';
import { LoggedDevice } from './fields.ts';

/**
 * What stands for a device in logs: 16 characters of the HMAC-SHA-256 of its address under the deployment's salt, so that
 * the lines of one device can be found by whoever knows its address, and by a log alone nobody learns one.
 */
export const hashed = (address: DeviceAddress, salt: string): LoggedDevice =>
  LoggedDevice.parse(createHmac('sha256', salt).update(address).digest('base64url').slice(0, 16));
