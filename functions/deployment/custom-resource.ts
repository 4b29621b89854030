import * as z from 'zod/mini';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html */
const Request = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.optional(z.string()),
  ResourceProperties: z.record(z.string(), z.unknown()),
});
export type Request = z.infer<typeof Request>;

/** What a request has led to. */
export type Applied = {
  /** Names the one thing that the resource stands for; CloudFormation deletes what a changed id stood for. */
  id: string;
  /** What the template may ask the resource for. CloudFormation shows it: nothing secret. */
  data?: Record<string, string>;
};

/**
 * A Lambda handler that applies CloudFormation's requests and answers each where it asks to be answered, a failure with
 * its reason, which CloudFormation shows too. Rejects when CloudFormation cannot be reached, so that Lambda tries again.
 */
export const customResource =
  (apply: (request: Request) => Promise<Applied>) =>
  async (event: unknown): Promise<void> => {
    const request = Request.parse(event);
    const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = LogicalResourceId } = request;
    const outcome = await apply(request).then(
      ({ id, data }) => ({ Status: 'SUCCESS', PhysicalResourceId: id, Data: data }),
      (error: unknown) => ({ Status: 'FAILED', PhysicalResourceId, Reason: reasonOf(error) }),
    );
    await answer(request.ResponseURL, { ...outcome, StackId, RequestId, LogicalResourceId });
  };

/** CloudFormation takes 4096 bytes in all. */
const reasonOf = (error: unknown): string => String(error).slice(0, 1000);

const answer = async (url: string, body: object): Promise<void> => {
  // The URL is signed for a request without a content type.
  const response = await fetch(url, { method: 'PUT', headers: { 'content-type': '' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`CloudFormation refused the answer with ${response.status}.`);
};
