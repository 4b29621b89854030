import { Validations } from 'aws-cdk-lib';
import { bundle } from './bundle.ts';
import { TandemApp } from './tandem-app.ts';

await bundle();
const app = new TandemApp();

// The variable also turns off the CDK's built-in validation: for when only the template is wanted, and soon.
if (process.env['CDK_VALIDATION'] !== 'false') {
  const { AwsSolutionsChecks } = await import('cdk-nag');
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
app.synth();
