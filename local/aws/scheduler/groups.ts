import * as z from 'zod/mini';
import type { Template } from '../../template/model.ts';
import { AwsError } from '../errors.ts';
import { parseResource } from '../parse-resource.ts';
import { physicalName } from '../physical-name.ts';

const Properties = z.object({ Name: z.optional(z.string()) });

/** Throws ResourceNotFoundException for a group that is neither the account's default nor the template's. */
export const groupCheck = (template: Template): ((group: string) => void) => {
  const groups = new Set(
    [...template.resources.values()]
      .filter(({ type }) => type === 'AWS::Scheduler::ScheduleGroup')
      .map((resource) => physicalName(template, resource.id, parseResource(Properties, resource).Name)),
  );
  groups.add('default');
  return (group) => {
    if (groups.has(group)) return;
    const known = [...groups].join(', ');
    throw new AwsError('ResourceNotFoundException', `Schedule group ${group} does not exist; there are ${known}.`, 404);
  };
};
