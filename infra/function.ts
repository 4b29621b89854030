import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as Lambda, LoggingFormat, Runtime, SystemLogLevel } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { bundleFolder } from './bundle.ts';
import type { Config } from './config.ts';
import { type FunctionName, functions } from './functions.ts';
import { Log } from './log.ts';

/** One of the bundled functions, with a log of its own and a role that allows writing to it; the rest is granted. */
export class BundledFunction extends Lambda {
  declare readonly role: Role;

  constructor(scope: Construct, name: FunctionName, config: Config) {
    const { memory, timeout } = functions[name];
    const logGroup = new Log(scope, `${name}-log`, config);
    // The role that CDK would make may write to every log of the account.
    const role = new Role(scope, `${name}-role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);

    super(scope, name, {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundleFolder(name), { exclude: ['*.map'] }),
      handler: 'index.handler',
      memorySize: memory,
      timeout: Duration.seconds(timeout),
      role,
      logGroup,
      // Otherwise Lambda writes three lines of its own for each invocation, which are paid by the byte and say what its
      // metrics say too. Of what goes wrong it still writes.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
    });
  }
}
