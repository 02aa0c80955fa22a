import type { HostArray, InputData, Named } from '@gradus/core'
import { type Tensor, treeLeaves } from '@gradus/tensor'
import type { Model } from 'gradus'
import type { ModelPorts } from '../model/ports.ts'
import { HttpError } from './http-error.ts'
import type { Limits } from './limits.ts'
import { type Inputs, joinRows } from './read-inputs.ts'

/** An output for the rows of a request. */
export interface Output {
  readonly data: ArrayLike<number>
  /** With the rows first. */
  readonly shape: readonly number[]
}

/** An array for each output of the model. */
export type Outputs = readonly Output[]

/** The numbers of rows for which programs are compiled. Other numbers are filled up, because compiling takes longer than computing. */
const batchSizes = [1, 8, 64] as const

interface Job {
  readonly inputs: Inputs
  readonly signal: AbortSignal
  resolve(outputs: Outputs): void
  reject(error: unknown): void
}

/** Predicts the inputs of requests. Those that wait are computed together, as long as their rows have equal shapes. */
export class Predictor {
  private readonly waiting: Job[] = []
  private running = false

  constructor(
    private readonly model: Model,
    readonly ports: ModelPorts,
    private readonly limits: Limits,
  ) {}

  /** Compiles the programs, where the shapes of all inputs are known. */
  async warmUp(): Promise<void> {
    const { inputs } = this.ports
    if (!this.joins || inputs.some(({ shape }) => shape.slice(1).includes(null))) return
    for (const rows of batchSizes) {
      const arrays = inputs.map(({ shape, dtype }): HostArray => {
        const dims = [rows, ...(shape.slice(1) as number[])]
        const size = dims.reduce((product, d) => product * d, 1)
        const isWhole = dtype === 'int32'
        return {
          data: isWhole ? new Int32Array(size) : new Float32Array(size),
          shape: dims,
          dtype: isWhole ? 'int32' : 'float32',
        }
      })
      await this.compute([{ rows, arrays }])
    }
  }

  /** Throws `HttpError` where too many requests wait. */
  requireSpace(): void {
    if (this.waiting.length < this.limits.maxRequests) return
    const message = `${this.waiting.length} requests wait already. Ask again later.`
    throw new HttpError(503, 'busy', message, { 'retry-after': '1' })
  }

  /** Predicts the rows of a request. Throws `HttpError` where too many wait or the time is over. */
  predict(inputs: Inputs, signal: AbortSignal): Promise<Outputs> {
    this.requireSpace()
    return new Promise((resolve, reject) => {
      this.waiting.push({ inputs, signal, resolve, reject })
      if (!this.running) void this.work()
    })
  }

  /** Whether rows of several requests can be in one batch: not where the batch has a fixed size. */
  private get joins(): boolean {
    return this.ports.inputs.every(({ shape }) => shape[0] === null)
  }

  private async work(): Promise<void> {
    this.running = true
    while (this.waiting.length > 0) {
      const jobs = this.take()
      if (jobs.length === 0) continue
      try {
        const results = await this.compute(jobs.map(({ inputs }) => inputs))
        jobs.forEach((job, index) => {
          job.resolve(results[index])
        })
      } catch (error) {
        if (jobs.length > 1) await this.separately(jobs)
        else jobs[0]!.reject(error)
      }
    }
    this.running = false
  }

  /** Computes requests that failed together one by one, so that each fails alone. */
  private async separately(jobs: readonly Job[]): Promise<void> {
    for (const { inputs, resolve, reject } of jobs) {
      await this.compute([inputs]).then(([outputs]) => resolve(outputs), reject)
    }
  }

  /** Removes the next requests for one batch from those that wait, and drops those whose clients have gone or time is over. */
  private take(): Job[] {
    const jobs: Job[] = []
    let rows = 0
    while (this.waiting.length > 0) {
      const [job] = this.waiting
      if (job!.signal.aborted) {
        this.waiting.shift()!.reject(job!.signal.reason)
        continue
      }
      const fits =
        this.joins && haveEqualRows(jobs[0]?.inputs, job!.inputs) && rows + job!.inputs.rows <= batchSizes.at(-1)!
      if (jobs.length > 0 && !fits) break
      jobs.push(this.waiting.shift()!)
      rows += job!.inputs.rows
    }
    return jobs
  }

  private async compute(list: readonly Inputs[]): Promise<Outputs[]> {
    const rows = list.reduce((sum, inputs) => sum + inputs.rows, 0)
    const largest = batchSizes.at(-1)!
    const batchSize = batchSizes.find((size) => size >= rows) ?? largest
    const filled = this.joins ? Math.ceil(rows / batchSize) * batchSize : rows
    const arrays = this.ports.inputs.map((_, port) =>
      joinRows(
        list.map((inputs) => inputs.arrays[port]!),
        filled,
      ),
    )
    const x =
      arrays.length === 1
        ? arrays[0]!
        : Object.fromEntries(this.ports.inputs.map(({ name }, port) => [name, arrays[port]!]))
    // layers with a state between batches begin at zero, so that no request changes the answer to another one
    this.model.resetStates()
    const fixed = this.ports.inputs[0]?.shape[0] ?? batchSize
    const outputs = await this.model.predictAll(x as Named<InputData>, { batchSize: this.joins ? batchSize : fixed })
    return this.split(treeLeaves(outputs as never) as Tensor[], list)
  }

  private async split(tensors: readonly Tensor[], list: readonly Inputs[]): Promise<Outputs[]> {
    const values: ArrayLike<number>[] = []
    for (const tensor of tensors) {
      // the backend may use the memory of the view again
      values.push((await tensor.data()).slice() as ArrayLike<number>)
      tensor.dispose()
    }
    let from = 0
    return list.map(({ rows }) => {
      const outputs = tensors.map(({ shape }, index): Output => {
        const size = values[index]!.length / shape[0]!
        const data = Array.prototype.slice.call(values[index]!, from * size, (from + rows) * size) as number[]
        return { data, shape: [rows, ...shape.slice(1)] }
      })
      const bad = outputs.flatMap(({ data }) => Array.from(data)).find((value) => !Number.isFinite(value))
      from += rows
      return bad === undefined ? outputs : notFinite(bad)
    })
  }
}

function notFinite(value: number): never {
  throw new HttpError(500, 'not-finite-output', `The model returned ${value} for these inputs, which JSON cannot hold.`)
}

function haveEqualRows(a: Inputs | undefined, b: Inputs): boolean {
  return !a || a.arrays.every(({ shape }, port) => shape.slice(1).join() === b.arrays[port]!.shape.slice(1).join())
}
