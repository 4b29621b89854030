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
import { Telemetry } from './telemetry/telemetry.ts';
import { Wakeups } from './wakeups.ts';
import { WorkQueue } from './work-queue.ts';

/** One deployment of Tandem. The functions must have been bundled. */
export class TandemStack extends Stack {
  readonly telemetry: Telemetry;
  /** Printed when the stack has been deployed. */
  readonly url: CfnOutput;
  /** Likewise. */
  readonly pushKinds: CfnOutput;
  /** What `npm run ops` has to know of the stack, beside its resources. */
  readonly throttle: CfnOutput;
  /** Likewise: a restored table is none of the stack's resources. */
  readonly directoryTable: CfnOutput;
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
    const workers = {
      close: build('close'),
      deadline: build('deadline'),
      notifier: build('notifier'),
      upkeep: build('upkeep'),
    };
    queues.closing.workedBy(workers.close);
    queues.deadlines.workedBy(workers.deadline);
    wakeups.work.workedBy(workers.notifier);
    push.releases.workedBy(workers.upkeep);
    const answering = {
      authorize: build('authorize'),
      connection: build('connection'),
      session: build('session'),
      account: build('account'),
      pairing: build('pairing'),
      keys: build('keys'),
      push: build('push'),
      relay: build('relay'),
    };
    addRoutes(endpoint.api, answering);
    this.telemetry = new Telemetry(this, 'Telemetry', {
      config,
      observed: {
        stage: config.stage,
        api: endpoint.api,
        accessLog: endpoint.accessLog,
        tables: storage,
        functions: { ...answering, ...workers },
        queues: { ...queues, wakeups: wakeups.work },
        wakeups: wakeups.topic,
      },
    });
    this.url = new CfnOutput(this, 'Url', { value: endpoint.publicUrl, description: 'Where clients connect.' });
    this.pushKinds = new CfnOutput(this, 'PushKinds', {
      value: describePush(config),
      description: 'How devices are woken.',
    });
    const { throttlingRate: rate, throttlingBurst: burst } = config;
    this.throttle = new CfnOutput(this, 'Throttle', {
      value: JSON.stringify({ rate, burst }),
      description: 'What npm run ops -- open gives back to the stage.',
    });
    this.directoryTable = new CfnOutput(this, 'DirectoryTable', {
      value: storage.directory.tableName,
      description: 'The table that npm run ops works on, after a restore too.',
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
