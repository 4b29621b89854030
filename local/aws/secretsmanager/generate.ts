import * as z from 'zod/mini';

/** `GenerateSecretString` of AWS::SecretsManager::Secret, with the defaults that its reference documents. */
export const Generate = z.object({
  PasswordLength: z._default(z.number().check(z.gte(1), z.lte(4096)), 32),
  ExcludeCharacters: z._default(z.string(), ''),
  ExcludeLowercase: z._default(z.boolean(), false),
  ExcludeUppercase: z._default(z.boolean(), false),
  ExcludeNumbers: z._default(z.boolean(), false),
  ExcludePunctuation: z._default(z.boolean(), false),
  IncludeSpace: z._default(z.boolean(), false),
  RequireEachIncludedType: z._default(z.boolean(), true),
  SecretStringTemplate: z.optional(z.string()),
  GenerateStringKey: z.optional(z.string()),
});
export type Generate = z.infer<typeof Generate>;

const lowercase = 'abcdefghijklmnopqrstuvwxyz';
const punctuation = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** A new secret. `random` gives a whole number from 0 up to, and without, the one it is given. */
export const generateSecret = (options: Generate, random: (below: number) => number): string => {
  const { SecretStringTemplate: template, GenerateStringKey: key } = options;
  const password = generatePassword(options, random);
  if (template === undefined || key === undefined) return password;
  const fields = z.parse(z.record(z.string(), z.unknown()), JSON.parse(template));
  return JSON.stringify({ ...fields, [key]: password });
};

const generatePassword = (options: Generate, random: (below: number) => number): string => {
  const kinds = [
    options.ExcludeLowercase ? '' : lowercase,
    options.ExcludeUppercase ? '' : lowercase.toUpperCase(),
    options.ExcludeNumbers ? '' : '0123456789',
    options.ExcludePunctuation ? '' : punctuation,
    options.IncludeSpace ? ' ' : '',
  ]
    .map((kind) => kind.split('').filter((character) => !options.ExcludeCharacters.includes(character)))
    .filter((kind) => kind.length > 0);
  const all = kinds.flat();
  const one = (from: readonly string[]): string => from[random(from.length)] ?? '';
  if (all.length === 0) throw new Error('GenerateSecretString excludes every character: leave some.');

  const required = options.RequireEachIncludedType ? kinds.map(one) : [];
  const rest = Array.from({ length: options.PasswordLength - required.length }, () => one(all));
  return shuffled([...required, ...rest], random).join('');
};

const shuffled = (characters: readonly string[], random: (below: number) => number): string[] => {
  const mixed: string[] = [];
  for (const character of characters) mixed.splice(random(mixed.length + 1), 0, character);
  return mixed;
};
