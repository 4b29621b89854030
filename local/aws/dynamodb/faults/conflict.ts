import * as z from 'zod/mini';
import { chooseSome, type Random } from '../../../faults/index.ts';
import type { Operation, Reply } from '../../service.ts';

const Transaction = z.object({ TransactItems: z.array(z.unknown()).check(z.minLength(1)) });

const ongoing = 'Transaction is ongoing for the item';

/**
 * What a call is answered that met an item of somebody else's running transaction; nothing of it is done. A transaction
 * is told its reason for each item (DynamoDB API Reference, "TransactionCanceledException").
 */
export const conflictReply = ({ operation, input }: Operation, random: Random): Reply => {
  if (!operation.startsWith('Transact')) return errorReply('TransactionConflictException', { message: ongoing });
  const items = z.parse(Transaction, input).TransactItems.map((_, index) => index);
  const { chosen } = chooseSome(items, random);
  const reasons = items.map((index) =>
    chosen.includes(index) ? { Code: 'TransactionConflict', Message: ongoing } : { Code: 'None' },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return errorReply('TransactionCanceledException', {
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    CancellationReasons: reasons,
  });
};

const errorReply = (error: string, body: object): Reply => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${error}`, ...body })),
  error,
});
