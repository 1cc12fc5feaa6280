/**
 * The modules of the project, which can be evaluated repeatedly without loading aws-cdk-lib again.
 *
 * Each mutant gets its own instances: constants such as regular expressions are evaluated with the mutant in them.
 */
import { existsSync, readFileSync } from 'fs';
import { createRequire } from 'module';
import { dirname, join, relative } from 'path';
import { Script } from 'vm';

interface Module {
  exports: unknown;
}

type Require = (name: string) => unknown;

type Evaluate = (exports: unknown, require: Require, module: Module, filename: string, dirname: string) => void;

/** The compiled files, each parsed once. */
export class CompiledFiles {
  private readonly evaluates = new Map<string, Evaluate>();

  /** @param packages replace the installed packages of the same name */
  constructor(
    private readonly root: string,
    private readonly folder: string,
    public readonly packages: ReadonlyMap<string, unknown>,
  ) {}

  /** The source file that an import refers to, if it belongs to the project. */
  public resolve(from: string, name: string): string | undefined {
    const path = name === 'cdk-irsa' ? join(this.root, 'src') : name.startsWith('.') && join(dirname(from), name);
    if (!path) return undefined;
    return [`${path}.ts`, join(path, 'index.ts')].find(file => existsSync(this.compiledPath(file)));
  }

  public evaluateOf(file: string): Evaluate {
    let evaluate = this.evaluates.get(file);
    if (!evaluate) {
      const code = readFileSync(this.compiledPath(file), 'utf8');
      const wrapped = `(function (exports, require, module, __filename, __dirname) {${code}\n})`;
      evaluate = new Script(wrapped, { filename: file }).runInThisContext() as Evaluate;
      this.evaluates.set(file, evaluate);
    }
    return evaluate;
  }

  private compiledPath(file: string): string {
    return `${join(this.folder, relative(this.root, file))}.js`;
  }
}

export class Modules {
  private readonly loaded = new Map<string, Module>();

  constructor(private readonly compiled: CompiledFiles) {}

  public load(file: string): unknown {
    const known = this.loaded.get(file);
    if (known) return known.exports;
    const module: Module = { exports: {} };
    this.loaded.set(file, module);
    const outside = createRequire(file);
    const require = (name: string) => {
      const inside = this.compiled.resolve(file, name);
      return inside ? this.load(inside) : this.compiled.packages.get(name) ?? outside(name);
    };
    const evaluate = this.compiled.evaluateOf(file);
    evaluate(module.exports, Object.assign(require, { resolve: outside.resolve }), module, file, dirname(file));
    return module.exports;
  }
}
