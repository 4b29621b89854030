import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { Template } from '../template/index.ts';
import type { Made } from './made.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
export type Request = {
  RequestType: 'Create' | 'Update' | 'Delete';
  StackId: string;
  RequestId: string;
  ResourceType: string;
  LogicalResourceId: string;
  PhysicalResourceId?: string;
  ResourceProperties: Record<string, unknown>;
  OldResourceProperties?: Record<string, unknown>;
};

type Wanted = Pick<Made, 'id' | 'type' | 'properties'>;

/** The request that makes `wanted` of what is there; without anything wanted, the one that deletes it. */
export const requestFor = (template: Template, wanted: Wanted | undefined, existing: Made | undefined): Request => {
  const subject = wanted ?? existing;
  if (subject === undefined) throw new Error('There is nothing to ask for.');
  const { stack, region, account } = template;
  const common = {
    StackId: `arn:aws:cloudformation:${region}:${account}:stack/${stack}/${stack}`,
    RequestId: randomUUID(),
    ResourceType: subject.type,
    LogicalResourceId: subject.id,
    ResourceProperties: subject.properties,
  };
  if (existing === undefined) return { RequestType: 'Create', ...common };
  const PhysicalResourceId = existing.physicalId;
  if (wanted === undefined) return { RequestType: 'Delete', ...common, PhysicalResourceId };
  return { RequestType: 'Update', ...common, PhysicalResourceId, OldResourceProperties: existing.properties };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html */
const Response = z.discriminatedUnion('Status', [
  z.object({
    Status: z.literal('SUCCESS'),
    PhysicalResourceId: z.string().check(z.minLength(1), z.maxLength(1024)),
    StackId: z.string(),
    RequestId: z.string(),
    LogicalResourceId: z.string(),
    Data: z._default(z.record(z.string(), z.unknown()), {}),
  }),
  z.object({ Status: z.literal('FAILED'), Reason: z._default(z.string(), 'its function gave no reason') }),
]);

const longest = 4096;

/** What a function says to a request. Throws with the reason when it failed, or when the answer is not a valid one. */
export const readAnswer = (answer: string, request: Request): Pick<Made, 'physicalId' | 'data'> => {
  if (Buffer.byteLength(answer) > longest) throw new Error(`its function answered with more than ${longest} bytes`);
  const response = parse(answer);
  if (response.Status === 'FAILED') throw new Error(response.Reason);
  for (const key of ['StackId', 'RequestId', 'LogicalResourceId'] as const) {
    if (response[key] !== request[key]) throw new Error(`its function answered with another ${key} than it was asked`);
  }
  return { physicalId: response.PhysicalResourceId, data: response.Data };
};

const parse = (answer: string): z.infer<typeof Response> => {
  try {
    return z.parse(Response, JSON.parse(answer));
  } catch (cause) {
    const why = cause instanceof z.core.$ZodError ? z.prettifyError(cause) : 'it is no JSON';
    throw new Error(`its function's answer is not one that CloudFormation takes: ${why}`, { cause });
  }
};
