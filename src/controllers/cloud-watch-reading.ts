import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { IConstruct } from 'constructs';
import { allow, inRegion } from './definition';
import { optional } from './parts';
import { failIf, problem } from '../private/errors';
import { literal } from '../private/values/tokens';

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;

/** The regions that a controller reads in. By default, the region of the role. */
export type Regions = (scope: IConstruct) => NonNullable<ReturnType<typeof inRegion>>;

/**
 * @throws if the list is empty, or a literal is not a valid region
 */
export function readingRegions(factory: string, regions: string[] | undefined): Regions {
  const named = optional(factory, 'regions', 'region', regions);
  const wrong = named.find(region => literal(region) !== undefined && !REGION.test(region));
  failIf(
    `Controller.${factory}`,
    wrong === undefined ? undefined : problem('regions', 'contain names of regions', wrong, 'For example `eu-west-1`.'),
  );
  return scope =>
    named.length > 0 ? { StringEquals: { 'aws:RequestedRegion': named } } : inRegion(scope);
}

/** Returns a statement for read access that AWS can scope only to regions. */
export function readInRegions(scope: IConstruct, regions: Regions, actions: string[]): PolicyStatement {
  return allow({ actions, resources: ['*'], conditions: regions(scope) });
}
