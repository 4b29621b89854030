import type { Drain } from './drain.ts';
import type { GrowthReport, Taken } from './measure-growth.ts';

const names: Record<keyof Taken, string> = {
  requests: 'requests to AWS',
  readUnits: 'RRU',
  writeUnits: 'WRU',
  bytes: 'bytes',
  cloud: 'CPU ms of the cloud',
  database: 'CPU ms of the database',
};
const isQuantity = (name: string): name is keyof Taken => Object.hasOwn(names, name);
const quantities = Object.keys(names).filter(isQuantity);

const amount = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** How much more than in the small world, in percent. */
const more = (grown: number, small: number): string => {
  const percent = grown === small ? 0 : (grown / small - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
};

export const growthLines = ({ sizes, growths }: GrowthReport): string[][] => [
  [
    'a message is',
    'takes',
    `with ${sizes.small.accounts} accounts, in an empty mailbox`,
    `on ${sizes.deep.depth.toLocaleString('en-US')} envelopes`,
    `among ${sizes.crowded.accounts.toLocaleString('en-US')} accounts`,
  ],
  ...growths.flatMap(({ work, small, deep, crowded }) =>
    quantities.map((quantity) => [
      work,
      names[quantity],
      amount(small[quantity]),
      more(deep[quantity], small[quantity]),
      more(crowded[quantity], small[quantity]),
    ]),
  ),
];

export const drainLines = ({ steps }: Drain): string[][] => [
  ['envelopes taken over', 'seconds', 'a second since the last', 'phone MB', 'cloud MB'],
  ...steps.map(({ received, seconds, phone, cloud }, i) => {
    const last = steps[i - 1] ?? { received: 0, seconds: 0 };
    return [
      received.toLocaleString('en-US'),
      seconds.toFixed(1),
      ((received - last.received) / (seconds - last.seconds)).toFixed(0),
      phone.toFixed(0),
      cloud.toFixed(0),
    ];
  }),
];

/** What came of it, in a sentence. */
export const drainNote = ({ count, received, doubled, disordered }: Drain): string =>
  `Of ${count.toLocaleString('en-US')} envelopes ${received.toLocaleString('en-US')} were handed over, ${doubled} of them twice and ${disordered} out of order; half-way the application was closed and started again.`;
