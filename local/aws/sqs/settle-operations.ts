import * as z from 'zod/mini';
import { forEachEntry } from './batch.ts';
import { operation, type SqsOperations, whole } from './operation.ts';
import type { Queues } from './queues.ts';

const receipt = { ReceiptHandle: z.string() };
const visibility = { ...receipt, VisibilityTimeout: whole(0, 43_200) };
const entry = { Id: z.string() };
const queue = { QueueUrl: z.string() };

const Delete = z.strictObject({ ...queue, ...receipt });
const DeleteBatch = z.strictObject({ ...queue, Entries: z.array(z.strictObject({ ...entry, ...receipt })) });
const Change = z.strictObject({ ...queue, ...visibility });
const ChangeBatch = z.strictObject({ ...queue, Entries: z.array(z.strictObject({ ...entry, ...visibility })) });

/** What a receiver does with a message once it has it. */
export const settleOperations = (queues: Queues): SqsOperations => {
  const needs =
    (action: string) =>
    ({ QueueUrl }: { QueueUrl: string }) => [{ action, queue: queues.arnOf(QueueUrl) }];
  return {
    DeleteMessage: operation(Delete, {
      access: needs('DeleteMessage'),
      run: ({ QueueUrl, ReceiptHandle }) => {
        queues.byUrl(QueueUrl).delete(ReceiptHandle);
        return {};
      },
    }),
    DeleteMessageBatch: operation(DeleteBatch, {
      access: needs('DeleteMessage'),
      run: ({ QueueUrl, Entries }) => {
        const queue = queues.byUrl(QueueUrl);
        return forEachEntry(Entries, ({ ReceiptHandle }) => {
          queue.delete(ReceiptHandle);
          return {};
        });
      },
    }),
    ChangeMessageVisibility: operation(Change, {
      access: needs('ChangeMessageVisibility'),
      run: ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) => {
        queues.byUrl(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout);
        return {};
      },
    }),
    ChangeMessageVisibilityBatch: operation(ChangeBatch, {
      access: needs('ChangeMessageVisibility'),
      run: ({ QueueUrl, Entries }) => {
        const queue = queues.byUrl(QueueUrl);
        return forEachEntry(Entries, ({ ReceiptHandle, VisibilityTimeout }) => {
          queue.changeVisibility(ReceiptHandle, VisibilityTimeout);
          return {};
        });
      },
    }),
  };
};
