import { figuresOf } from '../arithmetic/figures.ts'
import type { StepRecord } from '../arithmetic/inspect.ts'
import { loadDigits } from '../problems/digits.ts'
import { makeProblem } from '../problems/problem.ts'
import type { BackendName, Settings } from '../settings/settings.ts'
import { type ActiveBackend, chooseBackend, findUnavailable } from './backends.ts'
import type { Report, Service, Speed } from './protocol.ts'
import { Trainer } from './trainer.ts'

/** The largest number of reports per second. */
const framesPerSecond = 30
/** The longest time between reports, in milliseconds. */
const reportInterval = 30

interface Run {
  readonly trainer: Trainer
  record: StepRecord
}

/** The service of the worker. Calls run one after the other, in order. */
export class TrainingService implements Service {
  private run: Run | undefined
  private backend: ActiveBackend | undefined
  private playing = false
  private queue: Promise<unknown> = Promise.resolve()

  open(settings: Settings): Promise<Report> {
    return this.enqueue(async () => {
      if (this.backend?.name !== settings.backend) this.backend = await chooseBackend(settings.backend)
      this.run?.trainer.close()
      const trainer = await Trainer.open(settings, await makeProblem(settings))
      this.run = { trainer, record: await trainer.preview() }
      return this.report()
    })
  }

  play(speed: Speed, report: (report: Report) => void | Promise<void>): Promise<void> {
    this.playing = true
    return this.enqueue(async () => {
      while (this.playing) {
        const begin = performance.now()
        await this.train(stepsPerFrame(speed), reportInterval)
        await report(await this.report())
        const rest = speed === 'full' ? 0 : 1000 / Math.min(speed, framesPerSecond) - (performance.now() - begin)
        // even for 0 ms, so that messages of the page are received
        await new Promise((resolve) => setTimeout(resolve, Math.max(rest, 0)))
      }
    })
  }

  async pause(): Promise<void> {
    this.playing = false
    await this.queue
  }

  advance(by: 'batch' | 'epoch'): Promise<Report> {
    return this.enqueue(async () => {
      const { batchCount, position } = this.opened.trainer
      await this.train(by === 'batch' ? 1 : batchCount - position)
      return this.report()
    })
  }

  switchBackend(name: BackendName): Promise<Report> {
    return this.enqueue(async () => {
      const { trainer } = this.opened
      const state = await trainer.state()
      this.backend = await chooseBackend(name)
      await trainer.restore(state)
      return this.report()
    })
  }

  async prepare(): Promise<Partial<Record<BackendName, string>>> {
    const unavailable = await findUnavailable()
    // if this fails, the error is reported when a visitor chooses the digits
    await loadDigits().catch(() => {})
    return unavailable
  }

  private get opened(): Run {
    if (this.run) return this.run
    throw new Error('No run was opened. Call open(settings) first.')
  }

  /** Makes `steps` train steps, fewer after `maxMs` milliseconds, and records the last one. */
  private async train(steps: number, maxMs = Number.POSITIVE_INFINITY): Promise<void> {
    const run = this.opened
    const begin = performance.now()
    for (let made = 1; made < steps && performance.now() - begin < maxMs; made++) await run.trainer.trainStep()
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

  private enqueue<T>(task: () => Promise<T>): Promise<T> {
    const result = this.queue.then(task)
    this.queue = result.catch(() => {})
    return result
  }
}

function stepsPerFrame(speed: Speed): number {
  return speed === 'full' ? Number.POSITIVE_INFINITY : Math.max(1, Math.round(speed / framesPerSecond))
}
