import { admission, readEnv } from '../shared/env.ts';
import { serve, type UseCases } from '../shared/serve.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import { createAdmission } from './admission.ts';
import type { AccountContext } from './context.ts';
import { createContext } from './create-context.ts';
import { deleteAccount } from './delete.ts';
import { recover } from './recover.ts';
import { register } from './register.ts';
import { restore } from './restore.ts';

const useCases: UseCases<'account', AccountContext> = {
  'account.register': register,
  'account.recover': recover,
  'account.restore': restore,
  'account.delete': deleteAccount,
};

const context = createContext(openTelemetry('account'));
const policy = readEnv({ admission }).admission;

/** `account.*`: apart from the rest of the room, because it alone may read the secret of tickets. */
export const handler = serve(useCases, { ...context, admit: createAdmission(policy, context) });
