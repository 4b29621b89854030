/** What an answer is made of; a Map is a map of the API's, whose entries have a `key` and a `value`. */
export type Xml = string | boolean | undefined | readonly Xml[] | ReadonlyMap<string, string> | { [name: string]: Xml };

/** The element that holds a value; nothing for a value that is not there. */
export const element = (name: string, value: Xml): string =>
  value === undefined ? '' : `<${name}>${content(value)}</${name}>`;

const content = (value: Exclude<Xml, undefined>): string => {
  if (typeof value === 'string' || typeof value === 'boolean') return escape(String(value));
  if (isList(value)) return value.map((item) => element('member', item)).join('');
  if (isMap(value)) return [...value].map(([key, item]) => element('entry', { key, value: item })).join('');
  return Object.entries(value)
    .map(([name, item]) => element(name, item))
    .join('');
};

// As the built-in tests, which do not know readonly lists and maps.
const isList = (value: Xml): value is readonly Xml[] => Array.isArray(value);
const isMap = (value: Xml): value is ReadonlyMap<string, string> => value instanceof Map;

const escape = (text: string): string => text.replaceAll(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`);
