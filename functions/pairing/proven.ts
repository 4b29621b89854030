import { TandemError, verify } from '#protocol';
import type { Pairing } from '../shared/directory/index.ts';
import { checkTime } from './check-time.ts';
import type { PairingContext } from './context.ts';

type Asked = { pairing: string; at: number; signature: string };
type Statement = (host: string, at: number, pairing: string) => Uint8Array<ArrayBuffer>;

/** The pairing, whose companion proves by its device key that it is asking. @throws `pairing_unknown`, … */
export const proven = async (
  { directory, platform, host }: Pick<PairingContext, 'directory' | 'platform' | 'host'>,
  { pairing, at, signature }: Asked,
  statement: Statement,
): Promise<Pairing> => {
  checkTime(at, platform.now());
  const found = await directory.pairing(pairing);
  if (found === undefined) throw new TandemError('pairing_unknown');
  if (!(await verify(found.deviceKey, signature, statement(host, at, pairing)))) {
    throw new TandemError('signature_invalid');
  }
  return found;
};
