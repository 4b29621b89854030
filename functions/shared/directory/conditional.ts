import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';

/** What the write gives, or undefined when its condition failed. */
export const ifConditionHolds = async <T>(write: Promise<T>): Promise<T | undefined> => {
  try {
    return await write;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
};
