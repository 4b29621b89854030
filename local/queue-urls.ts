import * as z from 'zod/mini';
import type { Attributes, Template } from './template/index.ts';

const Queue = z.object({ QueueName: z.string() });

/** The URLs of the template's queues: at the AWS endpoint, once it is known where that listens. */
export const openQueueUrls = (): { attributes: Attributes; at: (origin: string, template: Template) => void } => {
  let place: { origin: string; template: Template } | undefined;
  return {
    attributes: ({ id, type }, name) => {
      if (type !== 'AWS::SQS::Queue' || (name !== 'Ref' && name !== 'QueueUrl')) return undefined;
      if (place === undefined) throw new Error(`The URL of the queue ${id} is known once the AWS endpoint listens.`);
      const { account, resources } = place.template;
      return `${place.origin}/${account}/${z.parse(Queue, resources.get(id)?.properties).QueueName}`;
    },
    at: (origin, template) => {
      place = { origin, template };
    },
  };
};
