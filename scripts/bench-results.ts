/**
 * What scripts/bench.ts measures.
 */

/** One way, with a number of service accounts. */
export interface Row {
  readonly way: string;
  readonly size: number;
  readonly resources: number;
  readonly lambdas: number;
  readonly templateBytes: number;
  readonly assetBytes: number;
  /** In the order of the runs: runs with the same index belong to the same turn. */
  readonly milliseconds: number[];
  readonly synthMilliseconds: number[];
  readonly megabytes: number[];
  /** Including the CDK's own validation. */
  readonly validatedMilliseconds: number[];
}

/** What one more service account adds. */
export interface Marginal {
  readonly way: string;
  readonly resources: number;
  readonly withGrants?: number;
  readonly templateBytes: number;
}

export interface Results {
  readonly date: string;
  readonly machine: string;
  readonly versions: Record<string, string>;
  readonly runs: number;
  readonly rows: Row[];
  readonly marginals: Marginal[];
  /**
   * Of requiring the files of the CDK that the quickstart needs, and of requiring the library for it, which requires
   * them.
   */
  readonly requireMilliseconds: { readonly cdk: number[]; readonly library: number[] };
  readonly tarballBytes: number;
}
