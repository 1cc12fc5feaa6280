import { Stack } from 'aws-cdk-lib';
import { Controller } from '../../src';

/** A call that a controller makes. */
export interface Call {
  readonly action: string;
  readonly resource: string;
  readonly context?: Record<string, string | string[]>;
}

/**
 * A controller with its inputs, and what it must and must not be able to do. The stack is of account 111122223333 in
 * eu-west-1.
 */
export interface ControllerSample {
  /** The factory of `Controller`, and what is special about these inputs. */
  readonly factory: string;
  readonly variant?: string;
  readonly make: (stack: Stack) => Controller;
  readonly namespace: string;
  readonly serviceAccountName: string;
  /** Its key calls on its own resources. */
  readonly may: Call[];
  /** The same on somebody else's, and calls it has no business with. */
  readonly mayNot: Call[];
  /** Whether it raises `cdk-irsa:controller-unscoped`. */
  readonly unscoped?: boolean;
  /** AWS-managed policies that it attaches; statements of its own are judged all the same. */
  readonly managedPolicyNames?: string[];
  /** For the README: what the installation needs beside the values that `helmValues()` sets, or it does not work. */
  readonly needs?: string;
  /** For the README: what is scoped. */
  readonly scopedTo: string;
}
