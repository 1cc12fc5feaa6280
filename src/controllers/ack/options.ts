/**
 * Options of the factories of `AckService` whose resources have names that the user chooses.
 */
export interface AckNamePrefixOptions {
  /**
   * The prefix of the names of all resources that the controller may create, change and delete: letters, digits and
   * `_./#-`. Without a prefix, the controller could delete the resources of others.
   */
  readonly namePrefix: string;
}

/**
 * Options of the factories of `AckService` whose resources have identifiers that AWS generates, so that only tags can
 * distinguish them.
 */
export interface AckResourceTagsOptions {
  /**
   * Tags of all resources that the controller creates. At least one. It may change and delete only resources with these
   * tags. Set the same tags in the value `resourceTags` of its chart (`['owner=ack-blue']`), with values that do not
   * depend on the object.
   */
  readonly resourceTags: { [key: string]: string };
}
