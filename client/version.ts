/** The version of this SDK: that of package.json, which a browser cannot read. */
export const version = '0.0.0';

const numbers = (text: string): number[] => text.split('.').map(Number);

/** Whether a version of three numbers is lower than another (semver.org §11). */
export const isOlder = (version: string, than: string): boolean => {
  const other = numbers(than);
  const differences = numbers(version).map((number, i) => number - (other[i] ?? 0));
  return (differences.find((difference) => difference !== 0) ?? 0) < 0;
};
