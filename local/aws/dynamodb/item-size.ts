import * as z from 'zod/mini';
import { Attributes } from './attributes.ts';

const Scalar = z.union([
  z.object({ S: z.string() }),
  z.object({ N: z.string() }),
  z.object({ B: z.string() }),
  z.object({ BOOL: z.boolean() }),
  z.object({ NULL: z.boolean() }),
  z.object({ SS: z.array(z.string()) }),
  z.object({ NS: z.array(z.string()) }),
  z.object({ BS: z.array(z.string()) }),
]);
type Scalar = z.infer<typeof Scalar>;
const List = z.object({ L: z.array(z.unknown()) });
const Fields = z.object({ M: Attributes });

/** The bytes that an item takes, names included. DDG CapacityUnitCalculations.html */
export const itemSize = (item: unknown): number => {
  const attributes = Object.entries(z.safeParse(Attributes, item).data ?? {});
  return attributes.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);
};

const valueSize = (value: unknown): number => {
  const list = z.safeParse(List, value).data?.L;
  if (list !== undefined) return list.reduce((sum: number, one) => sum + 1 + valueSize(one), CONTAINER);
  const fields = z.safeParse(Fields, value).data?.M;
  if (fields !== undefined) return CONTAINER + Object.keys(fields).length + itemSize(fields);
  const scalar = z.safeParse(Scalar, value).data;
  return scalar === undefined ? 0 : scalarSize(scalar);
};

/** What a list or map takes by itself; each of its elements takes a byte more. */
const CONTAINER = 3;

const scalarSize = (value: Scalar): number => {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return numberSize(value.N);
  if ('B' in value) return binarySize(value.B);
  if ('SS' in value) return sum(value.SS, (one) => Buffer.byteLength(one));
  if ('NS' in value) return sum(value.NS, numberSize);
  if ('BS' in value) return sum(value.BS, binarySize);
  return 1;
};

const binarySize = (base64: string): number => Buffer.byteLength(base64, 'base64');

/** Two significant digits a byte, one byte more, and one for a minus: "approximately", says the guide. */
const numberSize = (number: string): number => {
  const digits = number
    .replace(/e.*$/i, '')
    .replace(/[^\d]/g, '')
    .replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (number.startsWith('-') ? 1 : 0);
};

const sum = (values: readonly string[], size: (value: string) => number): number =>
  values.reduce((total, value) => total + size(value), 0);
