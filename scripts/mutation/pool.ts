/**
 * A pool of workers, which are replaced if they hang, crash or use too much memory.
 */
import { ChildProcess, fork } from 'child_process';
import { Coverage, CoverJob, Job, JudgeJob, Message, Verdict } from './protocol';

const MAX_HEAP_MEGABYTES = 4096;

interface Task {
  readonly job: Job;
  readonly settle: (result: Coverage | Verdict | undefined) => void;
  readonly reject: (error: Error) => void;
  attempts: number;
}

export class Pool {
  /** The CPU time of all workers so far. */
  public cpuMilliseconds = 0;
  private readonly tasks: Task[] = [];
  private readonly idle: (() => void)[] = [];
  private isClosed = false;
  private readonly slots: Promise<void>[];

  constructor(private readonly program: string, private readonly folder: string, workers: number) {
    this.slots = Array.from({ length: workers }, () => this.serve());
  }

  public async cover(job: CoverJob): Promise<Coverage> {
    const coverage = await this.do(job);
    if (!coverage) throw new Error(`${job.file} hangs or crashes without a mutant.`);
    return coverage as Coverage;
  }

  public async judge(job: JudgeJob): Promise<Verdict> {
    return (await this.do(job) as Verdict | undefined) ?? { status: 'timeout' };
  }

  public async close(): Promise<void> {
    this.isClosed = true;
    this.idle.splice(0).forEach(wake => wake());
    await Promise.all(this.slots);
  }

  /** Resolves to undefined if two workers in a row did not finish the job. */
  private async do(job: Job): Promise<Coverage | Verdict | undefined> {
    return new Promise((settle, reject) => {
      this.tasks.push({ job, settle, reject, attempts: 0 });
      this.idle.shift()?.();
    });
  }

  private async serve(): Promise<void> {
    let worker: ChildProcess | undefined;
    for (let task = await this.next(); task; task = await this.next()) {
      worker ??= this.start();
      const message = await answer(worker, task.job);
      const isReusable = message?.kind === 'done' && !message.isFull;
      if (!isReusable) {
        worker.kill('SIGKILL');
        worker = undefined;
      }
      this.finish(task, message);
    }
    worker?.kill();
  }

  private finish(task: Task, message: Answer | undefined): void {
    if (message?.kind === 'done') {
      this.cpuMilliseconds += message.cpuMilliseconds;
      task.settle(message.result);
    } else if (message) {
      task.reject(new Error(message.error));
    } else if (++task.attempts < 2) {
      // A worker can also crash because of an earlier job. If a second worker crashes, this job is the cause.
      this.tasks.unshift(task);
    } else {
      task.settle(undefined);
    }
  }

  private async next(): Promise<Task | undefined> {
    while (this.tasks.length === 0 && !this.isClosed) await new Promise<void>(wake => this.idle.push(wake));
    return this.tasks.shift();
  }

  private start(): ChildProcess {
    return fork(this.program, [this.folder], {
      execArgv: [`--max-old-space-size=${MAX_HEAP_MEGABYTES}`],
      env: { ...process.env, NODE_ENV: 'test' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'], // the CDK prints warnings
    });
  }
}

type Answer = Exclude<Message, { kind: 'alive' }>;

/** The response of a worker; undefined if it crashes or takes longer than announced. */
async function answer(worker: ChildProcess, job: Job): Promise<Answer | undefined> {
  return new Promise(resolve => {
    let timer: NodeJS.Timeout | undefined;
    const end = (message?: Answer) => {
      clearTimeout(timer);
      worker.removeAllListeners();
      resolve(message);
    };
    worker.on('message', (message: Message) => {
      clearTimeout(timer);
      if (message.kind === 'alive') timer = setTimeout(end, message.milliseconds);
      else end(message);
    });
    worker.on('exit', () => end());
    worker.on('error', () => end());
    worker.send(job);
  });
}
