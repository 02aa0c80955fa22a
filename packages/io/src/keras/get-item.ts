import { isPlainObject } from '@gradus/core'
import { type Application, apply, type Translate } from './application.ts'
import { describeKeras } from './object.ts'
import { KerasTensor } from './saved-call.ts'

/** A slice along one axis, in the terms of our `slice`: `size` elements from `start`, `step` apart. */
interface Cut {
  readonly start: number
  /** -1 means up to the end. */
  readonly size: number
  readonly step: number
  /** Whether the axis is reversed before. */
  readonly flip?: boolean
  /** The number of elements that are dropped at the end before. */
  readonly dropLast?: number
}

const whole: Cut = { start: 0, size: -1, step: 1 }

/** Translates `x[key]`. The key is a number, a slice, an ellipsis, null for a new axis, or a list of these. */
export const getItem: Translate = ([x, key], _, fail) => {
  const keys = Array.isArray(key) ? (key as unknown[]) : [key]
  const known = x instanceof KerasTensor ? x.shape : undefined
  // Keras 2 does not save shapes; without an ellipsis the other axes do not matter
  if (known === undefined && keys.includes('...')) throw fail('does not say the shape of its input')
  const shape = known ?? keys.filter((item) => item !== null).map(() => null)
  const used = keys.filter((item) => item !== null && item !== '...').length
  if (used > shape.length) throw fail(`takes ${used} indices of the shape ${JSON.stringify(shape)}`)
  const rest = new Array<unknown>(shape.length - used).fill({})
  const filled = keys.includes('...') ? keys.flatMap((item) => (item === '...' ? rest : [item])) : [...keys, ...rest]
  const cuts: Cut[] = []
  const dropped: number[] = []
  const added: number[] = []
  for (const item of filled) {
    const axis = cuts.length
    if (item === null) added.push(axis - dropped.length + added.length)
    else if (typeof item === 'number') {
      dropped.push(axis)
      cuts.push({ start: item, size: 1, step: 1 })
    } else {
      const cut = isPlainObject(item) ? cutOf(item, shape[axis] ?? null) : undefined
      if (!cut) throw fail(`takes ${describeKeras(item)} along axis ${axis} of ${JSON.stringify(shape)}`)
      cuts.push(cut)
    }
  }
  const taken = sliced(x, cuts)
  const squeezed = dropped.length > 0 ? apply('squeeze', taken, dropped) : taken
  const result = added.reduce((value, axis) => apply('expandDims', value, axis), squeezed)
  return (result === x ? apply('slice', x, []) : result) as Application
}

function sliced(x: unknown, cuts: readonly Cut[]): unknown {
  let result = x
  cuts.forEach(({ dropLast = 0 }, axis) => {
    if (dropLast === 0) return
    const start = cuts.slice(0, axis + 1).map((_, index) => (index === axis ? dropLast : 0))
    result = apply('flip', apply('slice', apply('flip', result, axis), start), axis)
  })
  const flipped = cuts.flatMap(({ flip }, axis) => (flip ? [axis] : []))
  if (flipped.length > 0) result = apply('flip', result, flipped)
  const count = Math.max(0, ...cuts.map((cut, axis) => (isWhole(cut) ? 0 : axis + 1)))
  if (count === 0) return result
  const named = cuts.slice(0, count)
  const step = named.map((cut) => cut.step)
  const steps = step.some((distance) => distance !== 1) ? [step] : []
  return apply(
    'slice',
    result,
    named.map((cut) => cut.start),
    named.map((cut) => cut.size),
    ...steps,
  )
}

function isWhole({ start, size, step }: Cut): boolean {
  return start === 0 && size === -1 && step === 1
}

interface Slice {
  readonly start?: number | null
  readonly stop?: number | null
  readonly step?: number | null
}

/** Translates a Python slice along an axis of `size` elements. Returns undefined if that needs the size and it is unknown. */
function cutOf(slice: Slice, size: number | null): Cut | undefined {
  const { start = null, stop = null } = slice
  const step = slice.step ?? 1
  if (start === null && stop === null) return step > 0 ? { ...whole, step } : { ...whole, step: -step, flip: true }
  if (size !== null) return knownCut(start, stop, step, size)
  if (step < 0) return undefined
  const from = start ?? 0
  if (stop === null) return { start: from, size: -1, step }
  const counted = { start: from, size: Math.max(0, Math.ceil((stop - from) / step)), step }
  if (from < 0 === stop < 0) return counted
  return stop < 0 ? { start: from, size: -1, step, dropLast: -stop } : undefined
}

/** Like Python's `slice.indices`: bounds are clipped to the ends. */
function knownCut(start: number | null, stop: number | null, step: number, size: number): Cut {
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1]
  const bound = (index: number) => Math.min(Math.max(index < 0 ? index + size : index, lowest), highest)
  const from = start === null ? (step > 0 ? 0 : size - 1) : bound(start)
  const to = stop === null ? (step > 0 ? size : -1) : bound(stop)
  const count = Math.max(0, Math.ceil((to - from) / step))
  return step > 0
    ? { start: from, size: count, step }
    : { start: size - 1 - from, size: count, step: -step, flip: true }
}
