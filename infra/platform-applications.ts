import { ArnFormat, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Config } from './config.ts';
import { BundledFunction } from './function.ts';
import { secretArns } from './secret-arn.ts';

/** The kinds of push that go through SNS, and what it calls them. */
const platforms = { apns: 'APNS', apns_sandbox: 'APNS_SANDBOX', fcm: 'GCM' } as const;
const kinds = ['apns', 'apns_sandbox', 'fcm'] as const;
type Kind = (typeof kinds)[number];
type Wanted = { kind: Kind; secret: string };

/**
 * The accounts with push providers that the deployer has stored credentials of. CloudFormation has no resource for them,
 * so a function makes them, and reads the credentials itself: they are in no template.
 */
export class PlatformApplications extends Construct {
  /** By kind; a kind without credentials has none. */
  readonly arns: { readonly [K in Kind]?: string };

  /** `failures` is told of pushes that failed for good. */
  constructor(scope: Construct, id: string, { config, failures }: { config: Config; failures: ITopic }) {
    super(scope, id);
    const { apnsSecret, fcmSecret } = config;
    const secrets = { apns: apnsSecret, apns_sandbox: apnsSecret, fcm: fcmSecret };
    const wanted = kinds.flatMap((kind) => (secrets[kind] === undefined ? [] : [{ kind, secret: secrets[kind] }]));
    this.arns = wanted.length === 0 ? {} : this.make(wanted, this.maker(config, wanted), failures);
  }

  private make(wanted: readonly Wanted[], maker: BundledFunction, failures: ITopic): PlatformApplications['arns'] {
    const FailureTopicArn = failures.topicArn;
    const made = wanted.map(({ kind, secret: SecretName }) => {
      const ApplicationArn = this.applicationArn(kind);
      const { ref } = new CustomResource(this, kind, {
        resourceType: 'Custom::PlatformApplication',
        serviceToken: maker.functionArn,
        serviceTimeout: Duration.minutes(5),
        properties: { Platform: platforms[kind], ApplicationArn, SecretName, FailureTopicArn },
      });
      return [kind, ref] as const;
    });
    return Object.fromEntries(made);
  }

  private maker(config: Config, wanted: readonly Wanted[]): BundledFunction {
    const maker = new BundledFunction(this, 'platform-application', config);
    // All of them, not only those wanted now: what is not wanted any more has to be deleted.
    const arns = kinds.map((kind) => this.applicationArn(kind));
    const secrets = new Set(wanted.flatMap(({ secret }) => secretArns(this, secret)));
    const allow = (actions: string[], resources: string[]) =>
      maker.addToRolePolicy(new PolicyStatement({ actions, resources }));
    // SNS has been seen to ask for the permission to create on `…:app/`, without the name.
    allow(['sns:CreatePlatformApplication'], [this.arnOf(''), ...arns]);
    allow(['sns:SetPlatformApplicationAttributes', 'sns:DeletePlatformApplication'], arns);
    allow(['secretsmanager:GetSecretValue'], [...secrets]);
    return maker;
  }

  private applicationArn(kind: Kind): string {
    return this.arnOf(`${platforms[kind]}/${Stack.of(this).stackName}`);
  }

  private arnOf(resourceName: string): string {
    const arnFormat = ArnFormat.SLASH_RESOURCE_NAME;
    return Stack.of(this).formatArn({ service: 'sns', resource: 'app', resourceName, arnFormat });
  }
}
