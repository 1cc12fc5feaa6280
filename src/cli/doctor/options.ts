/** What the command line asks for, checked. */
export interface DoctorOptions {
  readonly cluster: string;
  /** Left out with `all`: of every namespace. */
  readonly namespace?: string;
  /** Left out with `all`. */
  readonly serviceAccount?: string;
  readonly all: boolean;
  readonly pod?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly assume: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly roleProfile?: string;
  readonly context?: string;
  readonly timeoutSeconds?: number;
  readonly format: 'text' | 'json';
}
