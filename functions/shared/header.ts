/** A header's value, its name matched without case (RFC 9110 §5.1). */
export const header = (headers: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
