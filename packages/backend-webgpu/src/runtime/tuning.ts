import type { HeapBuffer } from '@gradus/schedule'
import { matmul, Tensor } from '@gradus/tensor'
import { type Graph, trace } from '@gradus/tensor/internals'
import { type ShapeClass, shapeClasses, type TileTable, type TileVariant, tileVariants } from '../kernels/tiles.ts'
import type { Machine } from './machine.ts'
import { compileGraph, GpuProgram } from './program.ts'
import type { GpuTraits } from './traits.ts'

/** A store for the tuning results of devices, such as a file or the `localStorage` of a page. */
export interface TuneCache {
  get(key: string): string | undefined | null | Promise<string | undefined | null>
  set(key: string, value: string): void | Promise<void>
}

/** Increased when cached tables no longer apply. */
const version = 1

/** The rows, products and columns that are measured for each class. */
const probes: Readonly<Record<ShapeClass, readonly [number, number, number]>> = {
  square: [1024, 1024, 1024],
  tall: [4096, 512, 256],
  wide: [256, 512, 4096],
  small: [96, 2048, 96],
}

/** The time of a variant for a class of shapes. */
export type Measure = (of: ShapeClass, variant: TileVariant) => Promise<number>

/** The best tiles of a device: from the cache, or else measured and stored there. */
export async function tunedTiles(device: string, measure: Measure, cache?: TuneCache): Promise<TileTable> {
  const key = `gradus tiles ${version} ${device}`
  const known = parseTable(await cache?.get(key))
  if (known) return known
  const table: Partial<Record<ShapeClass, TileVariant>> = {}
  for (const of of shapeClasses) {
    let least = Number.POSITIVE_INFINITY
    for (const variant of tileVariants) {
      if (of === 'small' && variant.quads > 1) continue
      const time = await measure(of, variant)
      if (time < least) [least, table[of]] = [time, variant]
    }
  }
  await cache?.set(key, JSON.stringify(table))
  return table
}

/** A table from a cache; undefined where it is not valid. */
function parseTable(text: string | undefined | null): TileTable | undefined {
  try {
    const found = JSON.parse(text ?? '') as Record<string, TileVariant>
    const entries = shapeClasses.map((of) => {
      const variant = tileVariants.find(({ quads, depth }) => quads === found[of]?.quads && depth === found[of].depth)
      return variant && ([of, variant] as const)
    })
    return entries.every((entry) => entry) ? Object.fromEntries(entries as [ShapeClass, TileVariant][]) : undefined
  } catch {
    return undefined
  }
}

/** Measures on a device: the best of three times of several runs each, after a warm-up run. */
export function measureOn(machine: Machine, traits: GpuTraits, clock: () => number, sizes = probes): Measure {
  return async (of, variant) => {
    const [rows, products, columns] = sizes[of]
    const graph = productGraph(rows, products, columns)
    const program = new GpuProgram(machine, compileGraph(graph, { ...traits, tiles: { [of]: variant } }), [])
    const inputs = [rows * products, products * columns].map((count) => {
      const part = machine.memory.allocate(4 * count)
      machine.write(part, new Float32Array(count).fill(0.5))
      return part
    })
    const time = async (runs: number) => {
      const begun = clock()
      for (let done = 0; done < runs; done++)
        for (const made of program.run(inputs)) machine.memory.free(made as HeapBuffer)
      await machine.device.queue.onSubmittedWorkDone()
      return (clock() - begun) / runs
    }
    await time(1)
    const once = await time(1)
    const runs = Math.max(1, Math.min(20, Math.round(4 / once)))
    const times = [await time(runs), await time(runs), await time(runs)]
    for (const part of inputs) machine.memory.free(part)
    return Math.min(...times)
  }
}

function productGraph(rows: number, products: number, columns: number): Graph {
  const matrix = (shape: number[]) => new Tensor({ shape, dtype: 'float32' })
  return trace((a: Tensor, b: Tensor) => matmul(a, b), [matrix([rows, products]), matrix([products, columns])]).graph
}
