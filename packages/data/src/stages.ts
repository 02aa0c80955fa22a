import { type Batch, DataError, describeValue, takeRows } from '@gradus/core'
import { type ElementData, type ElementTuple, mapElement, sampleOf, stack, toElement } from './element.ts'
import { randomBelow, shuffledOrder } from './random-order.ts'

/**
 * One stage of a pipeline. It has no position: `iterate` starts a pass (0, 1, ...) at any element, so a pipeline can be iterated
 * again and resumed. The same pass has the same elements.
 */
export interface Stage {
  /** Elements per pass; may be infinite, undefined if unknown. */
  readonly length: number | undefined
  iterate(pass: number, start: number): AsyncIterable<Batch>
  /** False if the elements are single samples, true if they are batches, undefined if unknown. */
  readonly batched?: boolean | undefined
  /** Samples that can be read by index, so that shuffling and batching only change indices. */
  readonly rows?: Rows
}

interface Rows {
  readonly arrays: Batch
  /** The indices of the rows, in the order of a pass. */
  order(pass: number): ArrayLike<number>
}

const identity = (count: number) => Int32Array.from({ length: count }, (_, index) => index)

/** The samples of arrays. */
export function rowsStage(
  arrays: Batch,
  length: number,
  order: (pass: number) => ArrayLike<number> = () => identity(length),
): Stage {
  return {
    length,
    batched: false,
    rows: { arrays, order },
    async *iterate(pass, start) {
      const rows = order(pass)
      for (let i = start; i < length; i++) yield sampleOf(arrays, rows[i]!)
    },
  }
}

/** Opens an iterable of samples or batches, for one pass. */
export type ElementSource = () => Iterable<ElementData | ElementTuple> | AsyncIterable<ElementData | ElementTuple>

/** The values of an iterable. */
export function iterableStage(open: ElementSource, length: number | undefined): Stage {
  return {
    length,
    async *iterate(_, start) {
      let index = 0
      const elements = open() as unknown
      if (
        typeof elements !== 'object' ||
        elements === null ||
        !(Symbol.asyncIterator in elements || Symbol.iterator in elements)
      ) {
        throw new DataError(
          `fromIterable takes a function that returns an iterable, and it returned ${describeValue(elements)}.`,
        )
      }
      for await (const data of elements as ReturnType<ElementSource>) {
        if (index >= start) yield await toElement(data, `element ${index}`)
        index++
      }
    },
  }
}

/** Applies a function to every element. */
export function mapStage(stage: Stage, map: (element: Batch) => ElementData | Promise<ElementData>): Stage {
  return {
    length: stage.length,
    batched: stage.batched,
    async *iterate(pass, start) {
      let index = start
      for await (const element of stage.iterate(pass, start))
        yield toElement(await map(element), `the result of map for element ${index++}`)
    },
  }
}

/** Keeps some of the elements. */
export function filterStage(stage: Stage, keep: (element: Batch) => boolean | Promise<boolean>): Stage {
  return {
    length: undefined,
    batched: stage.batched,
    async *iterate(pass, start) {
      let index = 0
      for await (const element of stage.iterate(pass, 0)) {
        if ((await keep(element)) && index++ >= start) yield element
      }
    },
  }
}

/** Shuffles all elements, or chooses among those in a buffer. */
export function shuffleStage(stage: Stage, seed: number, buffer: number | undefined, reshuffle: boolean): Stage {
  const streamOf = (pass: number) => (reshuffle ? pass : 0)
  const { rows, length } = stage
  if (rows && (buffer === undefined || buffer >= length!)) {
    return rowsStage(rows.arrays, length!, (pass) => {
      const before = rows.order(pass)
      return shuffledOrder(length!, seed, streamOf(pass)).map((index) => before[index]!)
    })
  }
  return {
    length,
    batched: stage.batched,
    async *iterate(pass, start) {
      const below = randomBelow(seed, streamOf(pass))
      const choices: Batch[] = []
      let index = 0
      // for each new element, one of those in the buffer is returned
      for await (const element of stage.iterate(pass, 0)) {
        if (choices.length < (buffer ?? Number.POSITIVE_INFINITY)) {
          choices.push(element)
          continue
        }
        const chosenIndex = below(choices.length)
        const chosen = choices[chosenIndex]!
        choices[chosenIndex] = element
        if (index++ >= start) yield chosen
      }
      while (choices.length > 0) {
        const chosenIndex = below(choices.length)
        const chosen = choices[chosenIndex]!
        choices[chosenIndex] = choices[choices.length - 1]!
        choices.pop()
        if (index++ >= start) yield chosen
      }
    },
  }
}

/** Stacks groups of samples. */
export function batchStage(stage: Stage, size: number, dropRemainder: boolean): Stage {
  const { rows } = stage
  const length =
    stage.length === undefined
      ? undefined
      : dropRemainder
        ? Math.floor(stage.length / size)
        : Math.ceil(stage.length / size)
  if (rows) {
    return {
      length,
      batched: true,
      async *iterate(pass, start) {
        const order = Int32Array.from(rows.order(pass))
        for (let batch = start; batch < length!; batch++) {
          const chosen = order.subarray(batch * size, Math.min((batch + 1) * size, stage.length!))
          yield mapElement(rows.arrays, (array) => takeRows(array, chosen))
        }
      },
    }
  }
  return {
    length,
    batched: true,
    async *iterate(pass, start) {
      let first = start * size
      let samples: Batch[] = []
      for await (const sample of stage.iterate(pass, first)) {
        samples.push(sample)
        if (samples.length < size) continue
        yield stack(samples, first)
        first += size
        samples = []
      }
      if (samples.length > 0 && !dropRemainder) yield stack(samples, first)
    },
  }
}

/** The elements from `from` up to `to`. */
export function sliceStage(stage: Stage, from: number, to: number): Stage {
  const { rows, length } = stage
  const count = length === undefined ? undefined : Math.max(0, Math.min(length, to) - from)
  if (rows)
    return rowsStage(rows.arrays, count!, (pass) => Int32Array.from(rows.order(pass)).subarray(from, from + count!))
  return {
    length: count,
    batched: stage.batched,
    async *iterate(pass, start) {
      let index = from + start
      if (index >= to) return
      for await (const element of stage.iterate(pass, index)) {
        yield element
        if (++index >= to) return
      }
    },
  }
}

/** Joins `count` passes, each with its order, to one. */
export function repeatStage(stage: Stage, count: number | undefined): Stage {
  const total = count ?? Number.POSITIVE_INFINITY
  // an endless pass does not end, but after `break` there may be a new pass, which must have other orders
  const perPass = count ?? 1_000_003
  return {
    length:
      stage.length === undefined ? (count === undefined ? Number.POSITIVE_INFINITY : undefined) : stage.length * total,
    batched: stage.batched,
    async *iterate(pass, start) {
      let skip = start
      let round = 0
      if (stage.length) {
        round = Math.floor(start / stage.length)
        skip = start % stage.length
      }
      for (; round < total; round++) {
        let index = 0
        const from = stage.length ? skip : 0
        for await (const element of stage.iterate(pass * perPass + round, from)) {
          index++
          if (stage.length || index > skip) yield element
        }
        if (index + from === 0) return // an empty source would be repeated without end
        skip = stage.length ? 0 : Math.max(0, skip - index)
      }
    },
  }
}

/** Reads elements ahead. */
export function prefetchStage(stage: Stage, count: number): Stage {
  return {
    length: stage.length,
    batched: stage.batched,
    async *iterate(pass, start) {
      const iterator = stage.iterate(pass, start)[Symbol.asyncIterator]()
      const ahead: Promise<IteratorResult<Batch>>[] = []
      const fill = () => {
        while (ahead.length < count) {
          const next = iterator.next()
          next.catch(() => {}) // reported when its turn comes
          ahead.push(next)
        }
      }
      try {
        for (;;) {
          fill()
          const { done, value } = await ahead.shift()!
          if (done) return
          fill()
          yield value
        }
      } finally {
        await iterator.return?.()
      }
    },
  }
}
