import { GetStageCommand, UpdateStageCommand } from '@aws-sdk/client-apigatewayv2';
import * as z from 'zod/mini';
import type { Operator } from './operator.ts';

/** Frames a second on each route, and how many at once. */
const Throttle = z.object({ rate: z.number(), burst: z.int() });
export type Throttle = z.infer<typeof Throttle>;

const stageOf = ({ stack, stage }: Operator) => ({
  ApiId: stack.starting('AWS::ApiGatewayV2::Api', 'EndpointApi').physicalId,
  StageName: stage,
});

const readSettings = async (operator: Operator) => {
  const { DefaultRouteSettings = {} } = await operator.clients.gateway.send(new GetStageCommand(stageOf(operator)));
  return DefaultRouteSettings;
};

/** What the stage is deployed with. */
export const deployedThrottle = ({ stack }: Operator): Throttle => Throttle.parse(JSON.parse(stack.output('Throttle')));

/** What the stage lets through now. */
export const currentThrottle = async (operator: Operator): Promise<Throttle> => {
  const { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } = await readSettings(operator);
  return Throttle.parse({ rate, burst });
};

/** Sets it, and leaves the stage's other settings as they are. */
export const setThrottle = async (operator: Operator, { rate, burst }: Throttle): Promise<void> => {
  const settings = { ...(await readSettings(operator)), ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
  await operator.clients.gateway.send(new UpdateStageCommand({ ...stageOf(operator), DefaultRouteSettings: settings }));
};
