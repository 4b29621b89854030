import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { type Config, isDisposable } from './config.ts';

/** A log that forgets after the configured days, and goes with a stack whose data may go. */
export class Log extends LogGroup {
  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id, {
      retention: config.logRetentionDays,
      removalPolicy: isDisposable(config) ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
  }
}
