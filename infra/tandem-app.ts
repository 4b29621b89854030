import { App, type AppProps } from 'aws-cdk-lib';
import project from '../cdk.json' with { type: 'json' };
import { readConfig } from './config.ts';
import { TandemStack } from './tandem-stack.ts';

/**
 * The app with its one stack, configured by the context of cdk.json, then of `props`, then of the command line.
 * @throws when a setting is unknown or malformed.
 */
export class TandemApp extends App {
  readonly stack: TandemStack;

  constructor(props: AppProps = {}) {
    // The CDK's command line passes it on; without that, as in tests and the local cloud, the app is the same.
    super({ ...props, context: { ...project.context, ...props.context } });
    const context: unknown = this.node.getAllContext();
    this.stack = new TandemStack(this, readConfig(context));
  }
}
