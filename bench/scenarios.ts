import type { Stage } from './stage.ts';

export type Scenario = {
  name: string;
  unit: 'message' | 'pairing';
  /** How many units a measurement takes. */
  count: number;
  /** Makes so many units happen; what it leaves on `after` is undone once they have been counted. */
  run: (count: number, after: AsyncDisposableStack) => Promise<void>;
};

const bodyBytes = 500;

export const scenarios = ({ cloud, follower, ada, ben }: Stage): Scenario[] => {
  const send = () => ada.phone.send({ to: ben.account, body: crypto.getRandomValues(new Uint8Array(bodyBytes)) });
  const arrival = async (due: number) => {
    await ben.receives(due);
    await follower.acknowledged(due);
  };
  /** Once a device that connects from now on has asked for its mail: it does so twice. */
  const settled = () => follower.called('relay.sync', follower.calls('relay.sync') + 2);

  return [
    {
      name: 'one at a time, both online',
      unit: 'message',
      count: 20,
      run: async (count) => {
        for (let sent = 0; sent < count; sent += 1) {
          const due = ben.received + 1;
          await send();
          await arrival(due);
        }
      },
    },
    {
      name: 'a burst of 20, both online',
      unit: 'message',
      count: 20,
      run: async (count) => {
        const due = ben.received + count;
        await Promise.all(Array.from({ length: count }, send));
        await arrival(due);
      },
    },
    {
      name: '20 to a phone that is off, and its return',
      unit: 'message',
      count: 20,
      run: async (count) => {
        const due = ben.received + count;
        await ben.switchOff();
        for (let sent = 0; sent < count; sent += 1) await send();
        const synced = settled();
        await ben.switchOn(cloud.endpoint);
        await Promise.all([arrival(due), synced]);
      },
    },
    {
      name: 'a computer is linked, and connects',
      unit: 'pairing',
      count: 1,
      run: async (_count, after) => {
        const synced = settled();
        after.use(await ada.linkComputer());
        await synced;
      },
    },
  ];
};
