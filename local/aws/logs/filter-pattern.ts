import { AwsError } from '../errors.ts';

/** A term in quotation marks, or one of letters, digits and underscores alone. */
const term = /"((?:[^"\\]|\\.)*)"|(\w+)/y;

/**
 * Whether a line has all the terms of a filter pattern, in whatever order, case-sensitively (CloudWatch Logs User Guide,
 * "Filter pattern syntax"). Throws InvalidParameterException for patterns of another kind.
 */
export const filterPattern = (pattern: string): ((line: string) => boolean) => {
  const terms: string[] = [];
  for (let at = 0; at < pattern.length; at = term.lastIndex) {
    term.lastIndex = at;
    const [, quoted, bare] = term.exec(pattern) ?? [];
    if (quoted === undefined && bare === undefined) throw unknown(pattern);
    terms.push(bare ?? unescape(quoted ?? ''));
    while (pattern[term.lastIndex] === ' ') term.lastIndex += 1;
  }
  return (line) => terms.every((wanted) => line.includes(wanted));
};

const unescape = (text: string): string => text.replaceAll(/\\(.)/g, '$1');

const unknown = (pattern: string): AwsError => {
  const served = 'The local cloud knows patterns of words and of terms in quotation marks';
  return new AwsError('InvalidParameterException', `${served}, not ${pattern}`);
};
