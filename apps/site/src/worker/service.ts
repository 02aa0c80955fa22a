import { figuresOf } from '../arithmetic/figures.ts'
import type { StepRecord } from '../arithmetic/inspect.ts'
import { loadDigits } from '../problems/digits.ts'
import { makeProblem } from '../problems/problem.ts'
import type { BackendName, Settings } from '../settings/settings.ts'
import { type Chosen, chooseBackend, findRefusals } from './backends.ts'
import type { Report, Service, Speed } from './protocol.ts'
import { Trainer } from './trainer.ts'

/** Reports per second while training goes faster than that. */
const framesPerSecond = 30
/** How many milliseconds training at full speed goes on between reports. */
const patience = 30

interface Run {
  readonly trainer: Trainer
  record: StepRecord
}

/** The service of the worker. One thing is done at a time: calls wait for the one before. */
export class TrainingService implements Service {
  private run: Run | undefined
  private backend: Chosen | undefined
  private playing = false
  private queue: Promise<unknown> = Promise.resolve()

  open(settings: Settings): Promise<Report> {
    return this.inTurn(async () => {
      if (this.backend?.name !== settings.backend) this.backend = await chooseBackend(settings.backend)
      this.run?.trainer.close()
      const trainer = await Trainer.open(settings, await makeProblem(settings))
      this.run = { trainer, record: await trainer.preview() }
      return this.report()
    })
  }

  play(speed: Speed, report: (report: Report) => void | Promise<void>): Promise<void> {
    this.playing = true
    return this.inTurn(async () => {
      while (this.playing) {
        const begin = performance.now()
        await this.train(stepsPerFrame(speed), patience)
        await report(await this.report())
        const rest = speed === 'full' ? 0 : 1000 / Math.min(speed, framesPerSecond) - (performance.now() - begin)
        // also without a rest, so that messages of the page come through
        await new Promise((resolve) => setTimeout(resolve, Math.max(rest, 0)))
      }
    })
  }

  async pause(): Promise<void> {
    this.playing = false
    await this.queue
  }

  advance(by: 'batch' | 'epoch'): Promise<Report> {
    return this.inTurn(async () => {
      const { batchCount, position } = this.opened.trainer
      await this.train(by === 'batch' ? 1 : batchCount - position)
      return this.report()
    })
  }

  switchBackend(name: BackendName): Promise<Report> {
    return this.inTurn(async () => {
      const { trainer } = this.opened
      const state = await trainer.state()
      this.backend = await chooseBackend(name)
      await trainer.restore(state)
      return this.report()
    })
  }

  async prepare(): Promise<Partial<Record<BackendName, string>>> {
    const refusals = await findRefusals()
    // where they cannot be loaded, whoever chooses them is told
    await loadDigits().catch(() => {})
    return refusals
  }

  private get opened(): Run {
    if (this.run) return this.run
    throw new Error('No run was opened. Call open(settings) first.')
  }

  /** Makes steps, fewer when time is up, and records the last one. */
  private async train(steps: number, most = Number.POSITIVE_INFINITY): Promise<void> {
    const run = this.opened
    const begin = performance.now()
    for (let made = 1; made < steps && performance.now() - begin < most; made++) await run.trainer.trainStep()
    run.record = await run.trainer.recordStep()
  }

  private async report(): Promise<Report> {
    const { trainer, record } = this.opened
    const network = record.after ?? record.before
    const { step, epoch, position, batchCount, msPerStep, problem } = trainer
    return {
      step,
      epoch,
      position,
      batchCount,
      network,
      train: figuresOf(network, problem.train),
      test: figuresOf(network, problem.test),
      record,
      ...(msPerStep !== undefined && { msPerStep }),
      backend: this.backend!,
    }
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.queue.then(task)
    this.queue = result.catch(() => {})
    return result
  }
}

function stepsPerFrame(speed: Speed): number {
  return speed === 'full' ? Number.POSITIVE_INFINITY : Math.max(1, Math.round(speed / framesPerSecond))
}
