import { expect, test } from 'vitest';
import { templateWith } from '../fixtures/stage.ts';
import { outputsOf, resourcesOf } from './template.ts';

const certificate = 'arn:aws:acm:eu-central-1:123456789012:certificate/0c0ffee0-0000-4000-8000-000000000000';
const own = { 'tandem.host': 'chat.example.org', 'tandem.certificate': certificate };

const read = async (settings: Record<string, unknown>) => {
  const template = await templateWith(settings);
  const ofType = (type: string) => resourcesOf(template, `AWS::ApiGatewayV2::${type}`);
  return { domains: ofType('DomainName'), mappings: ofType('ApiMapping'), outputs: outputsOf(template) };
};

test('a domain with its certificate is served by the stage; the outputs say where clients connect and DNS points to', async () => {
  const { domains, mappings, outputs } = await read(own);
  const configuration = { CertificateArn: certificate, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' };
  expect(domains).toMatchObject([
    { properties: { DomainName: 'chat.example.org', DomainNameConfigurations: [configuration] } },
  ]);
  expect(mappings).toMatchObject([{ properties: { DomainName: `<${domains[0]?.id}>`, Stage: 'dev' } }]);
  expect(mappings[0]?.properties).not.toHaveProperty('ApiMappingKey');
  expect(outputs).toMatchObject({
    Url: 'wss://chat.example.org',
    DomainTarget: `<${domains[0]?.id}.RegionalDomainName>`,
  });
});

test('without a certificate the stack makes no domain, though another may stand before the stage', async () => {
  for (const settings of [{}, { 'tandem.host': 'chat.example.org' }]) {
    const { domains, outputs } = await read(settings);
    expect(domains).toEqual([]);
    expect(outputs).toMatchObject({ Url: '<EndpointApi.ApiEndpoint>/dev' });
    expect(outputs).not.toHaveProperty('DomainTarget');
  }
});

test('a certificate without the name that it is for is refused', async () => {
  await expect(templateWith({ 'tandem.certificate': certificate })).rejects.toThrow('set tandem.host');
});
