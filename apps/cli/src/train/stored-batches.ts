import { type BatchData, type Dataset, Rng } from '@gradus/core'
import { permutation, tidy } from '@gradus/tensor'
import type { Model } from 'gradus'
import { inputsOf, targetsOf } from './samples.ts'
import type { StoredSamples } from './stored-samples.ts'

/** How rows of a file become batches. */
export interface BatchOptions {
  readonly batchSize: number
  /** As in `fit`: `true` shuffles rows, `'batch'` only within each batch (default false). */
  readonly shuffle?: boolean | 'batch'
  /** The seed of the model, from which the orders follow. */
  readonly seed?: number
}

/**
 * Batches of rows of a file, pass after pass, in the orders in which `fit` reads the same rows from memory. An iteration can be
 * continued at any batch.
 */
export class StoredBatches implements Dataset {
  readonly batched = true
  readonly length: number
  private pass = 0
  private position = 0
  private begun = false

  constructor(
    private readonly samples: StoredSamples,
    private readonly model: Model,
    private readonly options: BatchOptions,
  ) {
    this.length = Math.ceil(samples.count / options.batchSize)
  }

  /** The position of the iteration. After a complete pass it is the start of the next one. */
  state(): { readonly pass: number; readonly position: number } {
    return { pass: this.pass, position: this.position }
  }

  restore({ pass, position }: { readonly pass: number; readonly position: number }): void {
    Object.assign(this, { pass, position, begun: false })
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<BatchData, void, undefined> {
    if (this.begun) Object.assign(this, { pass: this.pass + 1, position: 0 })
    this.begun = true
    const { samples, model, pass } = this
    const { batchSize } = this.options
    for (const batch of samples.batches(batchSize, this.position * batchSize, await this.order(pass))) {
      this.position += 1
      yield { x: inputsOf(batch), y: targetsOf(batch, model) } as BatchData
    }
    Object.assign(this, { pass: pass + 1, position: 0, begun: false })
  }

  /** The order of the rows in a pass; undefined for the order of the file. */
  private async order(pass: number): Promise<Int32Array | undefined> {
    const { count } = this.samples
    const { batchSize, shuffle = false, seed = 0 } = this.options
    if (!shuffle) return undefined
    const width = shuffle === true ? count : Math.min(batchSize, count)
    // the keys of `fit`
    const drawn = tidy(() => permutation(new Rng(seed).fork('shuffle').fork(pass).next(), width))
    const within = (await drawn.data()).slice() as Int32Array
    drawn.dispose()
    if (shuffle === true) return within
    const order = new Int32Array(count)
    for (let start = 0, at = 0; start < count; start += width) {
      for (const index of within) if (start + index < count) order[at++] = start + index
    }
    return order
  }
}
