export type { Invocation } from './call-function.ts';
export { type Gateway, type GatewayOptions, startGateway } from './gateway.ts';
export type { AccountQuotas } from './limits.ts';
export { type Authorize, managementOperations } from './management.ts';
export type { Traffic } from './traffic.ts';
