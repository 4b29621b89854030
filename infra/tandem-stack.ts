import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { provide } from './access.ts';
import { type Config, isDisposable } from './config.ts';
import { Endpoint } from './endpoint.ts';
import { BundledFunction } from './function.ts';
import { type ApiFunctionName, apiFunctions } from './functions.ts';
import { addRoutes } from './routes.ts';
import { Storage } from './storage.ts';

/** One deployment of Tandem. The functions must have been bundled. */
export class TandemStack extends Stack {
  /** Printed when the stack has been deployed. */
  readonly url: CfnOutput;

  constructor(scope: Construct, config: Config) {
    super(scope, `Tandem-${config.stage}`, {
      description: 'Tandem: pairs companion devices and relays end-to-end-encrypted envelopes.',
      terminationProtection: !isDisposable(config),
    });
    const storage = new Storage(this, 'Storage', config);
    const endpoint = new Endpoint(this, 'Endpoint', config);
    const build = (name: ApiFunctionName) => {
      const lambda = new BundledFunction(this, name, config);
      provide(lambda, apiFunctions[name], { storage, endpoint, config });
      return lambda;
    };
    addRoutes(endpoint.api, {
      authorize: build('authorize'),
      connection: build('connection'),
      session: build('session'),
      pairing: build('pairing'),
      relay: build('relay'),
    });
    this.url = new CfnOutput(this, 'Url', { value: endpoint.url, description: 'Where clients connect.' });
  }
}
