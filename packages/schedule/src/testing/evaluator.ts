import type { Kernel, NdArray } from '@gradus/graph'
import type { DType, TypedArray } from '@gradus/tensor'
import { halfBits, halfValue, hostArray, type MemoryArray } from '@gradus/tensor/internals'
import { kernels } from '../../../backend-cpu/src/kernels.ts'
import { threefry } from '../../../backend-cpu/src/random.ts'
import type { Expression, Expressions } from '../index/expression.ts'
import type { Axis, Index, Lookup } from '../index/integer.ts'
import { indexValue } from './index-value.ts'

type Apply = Extract<Expression, { kind: 'apply' }>

/** An element with its dtype and the elements that it is computed from. */
interface Cell extends NdArray {
  readonly inputs: readonly Cell[]
  /** When it was last computed. */
  time: number
}

/** Evaluates the expressions of one kernel at one position after the other, with the kernels of the reference backend. */
export class Evaluator {
  /** Results of reductions, by number. */
  readonly reduced = new Map<number, number>()
  /** The row buffers. */
  rows: readonly TypedArray[] = []
  private readonly positions: number[] = []
  private readonly cells = new Map<Expression, Cell>()
  private time = 0
  private readonly known = (atom: Axis | Lookup): number =>
    atom.kind === 'axis' ? this.positions[atom.id]! : this.value(this.make.byId(atom.id))

  constructor(
    private readonly make: Expressions,
    private readonly memory: (value: number) => MemoryArray,
  ) {}

  /** Visits every point of the axes; the last axis runs fastest. */
  each(axes: readonly Axis[], visit: () => void): void {
    const [axis, ...others] = axes
    if (!axis) {
      this.time++
      visit()
      return
    }
    for (let position = 0; position < axis.size; position++) {
      this.positions[axis.id] = position
      this.each(others, visit)
    }
    // an axis has no value outside of its loop
    this.positions[axis.id] = Number.NaN
  }

  index(index: Index): number {
    return indexValue(index, this.known)
  }

  value(expression: Expression): number {
    return this.cell(expression).data[0]!
  }

  private cell(expression: Expression): Cell {
    let cell = this.cells.get(expression)
    if (!cell) {
      const { dtype } = expression
      const inputs = expression.kind === 'apply' ? expression.inputs.map((input) => this.cell(input)) : []
      this.cells.set(expression, (cell = { data: hostArray(dtype, 1), shape: [], dtype, inputs, time: -1 }))
    }
    if (cell.time !== this.time) {
      cell.time = this.time
      this.compute(expression, cell)
    }
    return cell
  }

  private compute(expression: Expression, cell: Cell): void {
    if (expression.kind === 'apply') {
      for (const input of expression.inputs) this.cell(input)
      functionOf(expression)(cell, cell.inputs, null as never)
    } else cell.data[0] = this.number(expression)
  }

  private number(expression: Exclude<Expression, Apply>): number {
    switch (expression.kind) {
      case 'constant':
        return expression.value
      case 'load':
        return numberOf(
          expression.stored,
          elementOf(this.memory(expression.value), this.index(expression.index), `value ${expression.value}`),
        )
      case 'rowBuffer':
        return elementOf(this.rows[expression.slot]!, this.index(expression.index), `row ${expression.slot}`)
      case 'coordinate':
        return this.index(expression.index)
      case 'choice': {
        const { conditions, inside, outside } = expression
        const holds = conditions.every(({ index, low, high }) => {
          const at = this.index(index)
          return low <= at && at < high
        })
        return this.value(holds ? inside : outside)
      }
      case 'reduced': {
        const result = this.reduced.get(expression.reduction)
        if (result === undefined) throw new Error(`Reduction ${expression.reduction} is read before it is known.`)
        return result
      }
    }
  }
}

/** The number that an element in memory stands for. */
export function numberOf(stored: DType, element: number): number {
  return stored === 'float16' ? halfValue(element) : element
}

function elementOf(array: MemoryArray, position: number, what: string): number {
  const element = array[position]
  if (element === undefined) throw new RangeError(`${what} has no element ${position}.`)
  return element
}

const reference = kernels()

const word =
  (pick: (words: Uint32Array) => number): Kernel =>
  (output, inputs) => {
    const words = new Uint32Array(2)
    const [key0, key1, high, low] = inputs.map(({ data }) => data[0]!) as [number, number, number, number]
    threefry(words, key0, key1, high, low)
    output.data[0] = pick(words)
  }

/** The functions that are not ops. */
const own: Readonly<Record<string, Kernel>> = {
  roundToHalf(output, [x]) {
    output.data[0] = halfValue(halfBits(x!.data[0]!))
  },
  threefryBits: word(([high, low]) => high! ^ low!),
  threefryHigh: word(([high]) => high!),
  threefryLow: word(([, low]) => low!),
}

function functionOf({ fn: { name } }: Apply): Kernel {
  return own[name] ?? reference[name]!
}
