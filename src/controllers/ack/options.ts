/**
 * Options of the factories of `AckService` whose resources go by names of the user's.
 */
export interface AckNamePrefixOptions {
  /**
   * How the names begin of all that the controller may make, change and delete: letters, digits and `_./#-`; without
   * it, it could delete what others have made.
   */
  readonly namePrefix: string;
}

/**
 * Options of the factories of `AckService` whose resources have identifiers that AWS makes up: only tags tell them
 * apart.
 */
export interface AckResourceTagsOptions {
  /**
   * Tags that everything carries that the controller makes; at least one. It may change and delete only what carries
   * them. Set the same in the value `resourceTags` of its chart (`['owner=ack-blue']`), with values that no object can
   * differ in.
   */
  readonly resourceTags: { [key: string]: string };
}
