/** What to do about what AWS's client says, by a part of it. */
const remedies: readonly [pattern: RegExp, remedy: string][] = [
  [/region is missing/i, 'Set AWS_REGION to the region of the stage.'],
  [
    /credential|security token/i,
    'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; npm start prints those of the local cloud, new each time.',
  ],
  [/ECONNREFUSED/, 'Nothing listens there: does AWS_ENDPOINT_URL name a local cloud that still runs?'],
  [/not authorized to perform/, 'docs/operate.md lists the permissions that each command needs.'],
];

/** A failure in a line or two: what it is, and what to do about it where that is known. */
export const explain = (error: unknown): string => {
  const { message, name } = error instanceof Error ? error : new Error(String(error));
  const [, remedy] = remedies.find(([pattern]) => pattern.test(`${name} ${message}`)) ?? [];
  return remedy === undefined ? message : `${message.replace(/\.?$/, '.')} ${remedy}`;
};
