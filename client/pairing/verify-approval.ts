import { accountIdOf, type DeviceList, isSignedBy, type PairingCode } from '#protocol';
import type { Account } from '../account.ts';
import { ClientError } from '../errors.ts';
import type { SigningKey } from '../keys.ts';
import { type generateSealingKeys, openProvisioning } from './provisioning.ts';

/** What a companion makes for one linking. */
export type CompanionKeys = {
  deviceKey: SigningKey;
  sealing: Awaited<ReturnType<typeof generateSealingKeys>>;
  secret: string;
};

/** What the relay brings from the phone. */
export type Approval = { sealed: string; deviceList: DeviceList };

type Expected = { code: PairingCode; keys: CompanionKeys };

/**
 * Who this device is from now on. The sealed message says it, which only the phone that read the code can have
 * written; the list of the account that it names must be signed, and have this device's key under its number.
 * @throws `provisioning_invalid`
 */
export const verifyApproval = async ({ sealed, deviceList }: Approval, { code, keys }: Expected): Promise<Account> => {
  const { identityKey, device } = await openProvisioning(sealed, { code, privateKey: keys.sealing.privateKey });
  const account = accountIdOf(identityKey);
  const listed = deviceList.devices.some(({ id, key }) => id === device && key === keys.deviceKey.x);
  if (!listed || !(await isSignedBy(account, deviceList))) {
    throw new ClientError('provisioning_invalid', { details: 'the device list does not bear it out' });
  }
  return { endpoint: code.endpoint, account, device, deviceKey: keys.deviceKey, registered: true };
};
