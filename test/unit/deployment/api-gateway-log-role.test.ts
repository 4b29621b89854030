import { describe, expect, test } from 'vitest';
import { ensureLogRole, type GatewayAccount } from '../../../functions/deployment/api-gateway-log-role.ts';
import type { Request } from '../../../functions/deployment/custom-resource.ts';

const ours = 'arn:aws:iam::123456789012:role/ours';
const theirs = 'arn:aws:iam::123456789012:role/theirs';

const request = (RequestType: Request['RequestType'], ResourceProperties: Record<string, unknown>): Request => ({
  RequestType,
  ResponseURL: 'https://cloudformation.example/answer',
  StackId: 'stack',
  RequestId: 'request',
  LogicalResourceId: 'Setting',
  ResourceProperties,
});

const failure = (name: string) => Object.assign(new Error(`${name} happened`), { name });

/** An account whose first updates fail as `failures` say, and a clock that only counts. */
const accountWith = ({ role, failures = [] }: { role?: string; failures?: string[] }) => {
  const state = { role, updates: 0, waited: 0 };
  const account: GatewayAccount = {
    logRole: async () => state.role,
    setLogRole: async (arn) => {
      const name = failures[state.updates];
      state.updates += 1;
      if (name !== undefined) throw failure(name);
      state.role = arn;
    },
  };
  const wait = async (milliseconds: number) => {
    state.waited += milliseconds;
  };
  return { state, ensure: ensureLogRole({ account, wait }), wait };
};

describe('the logging role of the account', () => {
  test.for(['Create', 'Update'] as const)('is set on %s where there is none', async (type) => {
    const { state, ensure } = accountWith({});
    await ensure(request(type, { RoleArn: ours }));
    expect(state).toEqual({ role: ours, updates: 1, waited: 0 });
  });

  test('is left alone where there is one', async () => {
    const { state, ensure } = accountWith({ role: theirs });
    await ensure(request('Create', { RoleArn: ours }));
    expect(state).toEqual({ role: theirs, updates: 0, waited: 0 });
  });

  test.for([ours, theirs])('stays when the stack goes: %s', async (role) => {
    const { state, ensure } = accountWith({ role });
    await ensure(request('Delete', { RoleArn: ours }));
    expect(state).toEqual({ role, updates: 0, waited: 0 });
  });

  test('is set as soon as it can be assumed', async () => {
    const { state, ensure } = accountWith({ failures: ['BadRequestException', 'TooManyRequestsException'] });
    await ensure(request('Create', { RoleArn: ours }));
    expect(state).toEqual({ role: ours, updates: 3, waited: 40_000 });
  });

  test('is left alone when another stack sets one meanwhile', async () => {
    const { state, wait } = accountWith({ failures: ['TooManyRequestsException'] });
    const account: GatewayAccount = {
      logRole: async () => (state.waited > 0 ? theirs : undefined),
      setLogRole: async () => {
        state.updates += 1;
        throw failure('TooManyRequestsException');
      },
    };
    await ensureLogRole({ account, wait })(request('Create', { RoleArn: ours }));
    expect(state.updates).toBe(1);
  });

  test('fails with the account’s reason when it never can, well before the function’s three minutes', async () => {
    const { state, ensure } = accountWith({ failures: Array.from({ length: 20 }, () => 'BadRequestException') });
    await expect(ensure(request('Create', { RoleArn: ours }))).rejects.toThrow('BadRequestException happened');
    expect(state.waited).toBeLessThan(150_000);
  });

  test('fails at once when it is not allowed', async () => {
    const { state, ensure } = accountWith({ failures: ['AccessDeniedException'] });
    await expect(ensure(request('Create', { RoleArn: ours }))).rejects.toThrow('AccessDeniedException happened');
    expect(state).toMatchObject({ updates: 1, waited: 0 });
  });

  test('must be named by its ARN', async () => {
    const { state, ensure } = accountWith({});
    await expect(ensure(request('Create', {}))).rejects.toThrow('RoleArn');
    await expect(ensure(request('Create', { RoleArn: 'ours' }))).rejects.toThrow('RoleArn');
    expect(state.updates).toBe(0);
  });
});
