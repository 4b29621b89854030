/**
 * Makes this thread's `Date` tell another time than the machine's; returns what sets how far ahead, in milliseconds.
 * Only dates are moved: timers and `performance` measure what runs here, and that takes real time. A proxy and no
 * subclass, so that the dates that Node itself makes are instances of it too.
 */
export function moveDate(): (lead: number) => void {
  const SystemDate: new (...given: Given) => Date = Date;
  const systemNow = Date.now;
  let lead = 0;
  Date.now = () => systemNow() + lead;
  globalThis.Date = new Proxy(Date, {
    construct: (_, given: Given, made: new () => Date) =>
      Reflect.construct<Given, Date>(SystemDate, given.length === 0 ? [Date.now()] : given, made),
    apply: () => new Date().toString(),
  });
  return (milliseconds) => {
    lead = milliseconds;
  };
}

type Given = (number | string | Date)[];
