import { describe, expect, test } from 'vitest';
import { readConfig } from '../../infra/config.ts';

test('nothing needs to be configured', () => {
  expect(readConfig({ '@aws-cdk/core:newStyleStackSynthesis': true })).toEqual({
    stage: 'dev',
    minimumClient: '0.0.0',
    throttlingRate: 2000,
    throttlingBurst: 1000,
    logRetentionDays: 30,
  });
});

test('the command line, which knows texts only, can set numbers', () => {
  expect(readConfig({ 'tandem.throttlingRate': '500', 'tandem.logRetentionDays': '90' })).toMatchObject({
    throttlingRate: 500,
    logRetentionDays: 90,
  });
});

describe('a wrong setting', () => {
  test.for(['tandem.hots', 'tandem', 'tandem:stage', 'tandem.Stage'])(
    '%s is named, with the settings there are',
    (name) => {
      expect(() => readConfig({ [name]: 'prod' })).toThrow(
        `${name} is not a setting: remove it, or use one of tandem.stage, tandem.host, `,
      );
    },
  );

  test.for([
    ['tandem.stage', 'Prod'],
    ['tandem.stage', ''],
    ['tandem.stage', 7],
    ['tandem.host', 'wss://chat.example.org'],
    ['tandem.host', 'chat.example.org/prod'],
    ['tandem.host', 'localhost'],
    ['tandem.minimumClient', '1.0'],
    ['tandem.throttlingRate', 0],
    ['tandem.throttlingRate', 'many'],
    ['tandem.throttlingBurst', 5001],
    ['tandem.logRetentionDays', '8'],
  ] as const)('%s = %j is named, with its value and where to change it', ([name, value]) => {
    expect(() => readConfig({ [name]: value })).toThrow(`${name} is ${JSON.stringify(value)}: `);
    expect(() => readConfig({ [name]: value })).toThrow(`Change it in cdk.json or with -c ${name}=…`);
  });

  test('does not hide another', () => {
    expect(() => readConfig({ 'tandem.hots': 'x', 'tandem.stage': '9' })).toThrow(
      /^tandem\.hots is not a setting.*\ntandem\.stage is "9"/,
    );
  });
});
