import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { provide } from './access.ts';
import { type Config, isDisposable } from './config.ts';
import { Endpoint } from './endpoint.ts';
import { BundledFunction } from './function.ts';
import { type ApiFunctionName, functions, type QueueFunctionName } from './functions.ts';
import { Push } from './push.ts';
import { describePush } from './push-config.ts';
import { addRoutes } from './routes.ts';
import { Schedules } from './schedules.ts';
import { Storage } from './storage.ts';
import { Wakeups } from './wakeups.ts';
import { WorkQueue } from './work-queue.ts';

/** One deployment of Tandem. The functions must have been bundled. */
export class TandemStack extends Stack {
  /** Printed when the stack has been deployed. */
  readonly url: CfnOutput;
  /** Likewise. */
  readonly pushKinds: CfnOutput;
  /** Printed where the stack serves a domain of the deployer's own. */
  readonly domainTarget: CfnOutput | undefined;

  constructor(scope: Construct, config: Config) {
    super(scope, `Tandem-${config.stage}`, {
      description: 'Tandem: pairs companion devices and relays end-to-end-encrypted envelopes.',
      terminationProtection: !isDisposable(config),
    });
    const storage = new Storage(this, 'Storage', config);
    const endpoint = new Endpoint(this, 'Endpoint', config);
    const wakeups = new Wakeups(this, 'Wakeups');
    const push = new Push(this, 'Push', config);
    const schedules = new Schedules(this, 'Schedules', wakeups.work.queue);
    const queues = {
      closing: new WorkQueue(this, 'Closing'),
      deadlines: new WorkQueue(this, 'Deadlines'),
      releases: push.releases,
    };
    const build = (name: ApiFunctionName | QueueFunctionName) => {
      const lambda = new BundledFunction(this, name, config);
      provide(lambda, functions[name], { storage, endpoint, queues, wakeups, push, schedules, config });
      return lambda;
    };
    queues.closing.workedBy(build('close'));
    queues.deadlines.workedBy(build('deadline'));
    wakeups.work.workedBy(build('notifier'));
    push.releases.workedBy(build('upkeep'));
    addRoutes(endpoint.api, {
      authorize: build('authorize'),
      connection: build('connection'),
      session: build('session'),
      account: build('account'),
      pairing: build('pairing'),
      keys: build('keys'),
      push: build('push'),
      relay: build('relay'),
    });
    this.url = new CfnOutput(this, 'Url', { value: endpoint.publicUrl, description: 'Where clients connect.' });
    this.pushKinds = new CfnOutput(this, 'PushKinds', {
      value: describePush(config),
      description: 'How devices are woken.',
    });
    const { domainTarget } = endpoint;
    this.domainTarget =
      domainTarget === undefined
        ? undefined
        : new CfnOutput(this, 'DomainTarget', {
            value: domainTarget,
            description: 'Where the DNS name of the domain has to point to: a CNAME record, or an alias.',
          });
  }
}
