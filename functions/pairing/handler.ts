import { serve, type UseCases } from '../shared/serve.ts';
import { openTelemetry } from '../shared/telemetry/index.ts';
import { approve } from './approve.ts';
import { cancel } from './cancel.ts';
import { collect } from './collect.ts';
import type { PairingContext } from './context.ts';
import { createContext } from './create-context.ts';
import { deny } from './deny.ts';
import { leave } from './leave.ts';
import { list } from './list.ts';
import { open } from './open.ts';
import { scan } from './scan.ts';
import { update } from './update.ts';

const useCases: UseCases<'pairing' | 'devices', PairingContext> = {
  'pairing.open': open,
  'pairing.scan': scan,
  'pairing.approve': approve,
  'pairing.deny': deny,
  'pairing.cancel': cancel,
  'pairing.collect': collect,
  'devices.list': list,
  'devices.update': update,
  'devices.leave': leave,
};

export const handler = serve(useCases, createContext(openTelemetry('pairing')));
