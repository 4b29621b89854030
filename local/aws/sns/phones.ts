import { randomUUID } from 'node:crypto';
import { openKeptMap } from '../kept-map.ts';
import { Application, Endpoint } from './application.ts';
import type { Broker } from './broker.ts';
import { accept } from './message.ts';
import { notFound } from './operation.ts';

type Failure = { FailureType: string; FailureMessage: string; MessageId: string };

/** The applications with the endpoints of their phones; what happens to an endpoint is told to its application's topics. */
export type Phones = Disposable & {
  applications: () => Application[];
  /** Throws NotFound when there is none. */
  application: (arn: string) => Application;
  putApplication: (application: Application) => void;
  /** Removes the endpoints too. */
  removeApplication: (arn: string) => void;
  endpoints: (application: string) => Endpoint[];
  /** Throws NotFound when there is none. */
  endpoint: (arn: string) => Endpoint;
  createEndpoint: (endpoint: Omit<Endpoint, 'arn'>) => Endpoint;
  updateEndpoint: (endpoint: Endpoint) => void;
  /** Does nothing when there is none. */
  removeEndpoint: (arn: string) => void;
  tellFailure: (endpoint: Endpoint, failure: Failure) => void;
};

type Options = {
  /** The folder that keeps them between runs; in memory without one. */
  data: string | undefined;
  broker: Broker;
  now: () => number;
  report: (line: string) => void;
};

type EventType = 'EndpointCreated' | 'EndpointUpdated' | 'EndpointDeleted' | 'DeliveryFailure';

export const openPhones = ({ data, broker, now, report }: Options): Phones => {
  const applications = openKeptMap({ data, name: 'sns-applications', schema: Application });
  const endpoints = openKeptMap({ data, name: 'sns-endpoints', schema: Endpoint });
  const of = (application: string) => endpoints.values().filter((one) => one.application === application);

  /** SNS Developer Guide, "Application event notifications". unverified: all fields but EndpointArn, EventType and FailureType. */
  const tell = (EventType: EventType, endpoint: Endpoint, failure?: Failure): void => {
    const topic = applications.get(endpoint.application)?.attributes[`Event${EventType}`];
    if (topic === undefined || topic === '') return;
    const { arn: EndpointArn, application: Resource } = endpoint;
    const Time = new Date(now()).toISOString();
    const event = { EventType, EndpointArn, Resource, Service: 'SNS', Time, ...failure };
    try {
      broker.publish(topic, accept({ Message: JSON.stringify(event) }, now()));
    } catch (error) {
      report(`${Resource} could not tell ${topic} of ${EventType}: ${String(error)}`);
    }
  };
  const removeEndpoint = (arn: string): void => {
    const endpoint = endpoints.get(arn);
    if (endpoint === undefined) return;
    endpoints.delete(arn);
    tell('EndpointDeleted', endpoint);
  };

  return {
    applications: applications.values,
    application: (arn) => existing(applications.get(arn), 'PlatformApplication'),
    putApplication: (application) => applications.set(application.arn, application),
    removeApplication: (arn) => {
      for (const endpoint of of(arn)) removeEndpoint(endpoint.arn);
      applications.delete(arn);
    },
    endpoints: of,
    endpoint: (arn) => existing(endpoints.get(arn), 'Endpoint'),
    createEndpoint: (wanted) => {
      const endpoint = { ...wanted, arn: `${wanted.application.replace(':app/', ':endpoint/')}/${randomUUID()}` };
      endpoints.set(endpoint.arn, endpoint);
      tell('EndpointCreated', endpoint);
      return endpoint;
    },
    updateEndpoint: (endpoint) => {
      endpoints.set(endpoint.arn, endpoint);
      tell('EndpointUpdated', endpoint);
    },
    removeEndpoint,
    tellFailure: (endpoint, failure) => tell('DeliveryFailure', endpoint, failure),
    [Symbol.dispose]: () => {
      applications[Symbol.dispose]();
      endpoints[Symbol.dispose]();
    },
  };
};

const existing = <T>(found: T | undefined, what: string): T => {
  if (found === undefined) throw notFound(what);
  return found;
};
