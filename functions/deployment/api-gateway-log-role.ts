import * as z from 'zod/mini';
import type { Request } from './custom-resource.ts';

/** API Gateway's settings of this account in this region. */
export type GatewayAccount = {
  /** The role under which API Gateway writes logs, if one is set. */
  logRole: () => Promise<string | undefined>;
  setLogRole: (arn: string) => Promise<void>;
};

type Surroundings = { account: GatewayAccount; wait: (milliseconds: number) => Promise<void> };

const Properties = z.object({ RoleArn: z.string().check(z.startsWith('arn:')) });

/** A role takes some seconds until it can be assumed everywhere, and the account can be set every 20 seconds only. */
const passing = new Set(['BadRequestException', 'TooManyRequestsException']);
const attempts = 6;
const pause = 20_000;

/** Sets the role of the request if the account has none; leaves any other alone, and never removes one. */
export const ensureLogRole =
  ({ account, wait }: Surroundings) =>
  async ({ RequestType, ResourceProperties }: Request): Promise<void> => {
    if (RequestType === 'Delete') return;
    const { RoleArn } = Properties.parse(ResourceProperties);
    for (let attempt = 1; (await account.logRole()) === undefined; attempt += 1) {
      try {
        await account.setLogRole(RoleArn);
        return;
      } catch (error) {
        const mayPass = error instanceof Error && passing.has(error.name);
        if (!mayPass || attempt === attempts) throw error;
      }
      await wait(pause);
    }
  };
