import { type DType, isFloat } from '@gradus/tensor'
import type { Combine } from '@gradus/tensor/lowering'

/** Combines the elements of a reduction one by one. */
export class Accumulator {
  private value: number
  private position = -1

  constructor(
    private readonly combine: Combine,
    private readonly dtype: DType,
  ) {
    this.value = { sum: 0, prod: 1, any: 0, all: 1, max: -Infinity, min: Infinity, argMax: NaN, argMin: NaN }[combine]
  }

  add(element: number, position: number): void {
    switch (this.combine) {
      case 'sum':
        this.value += element
        break
      case 'prod':
        this.value = isFloat(this.dtype) ? this.value * element : Math.imul(this.value, element)
        break
      case 'max':
        this.value = Math.max(this.value, element)
        break
      case 'min':
        this.value = Math.min(this.value, element)
        break
      case 'any':
        this.value = Math.max(this.value, element === 0 ? 0 : 1)
        break
      case 'all':
        this.value = Math.min(this.value, element === 0 ? 0 : 1)
        break
      default:
        if (this.position < 0 || this.isBefore(element, position)) [this.value, this.position] = [element, position]
    }
  }

  get result(): number {
    return this.combine === 'argMax' || this.combine === 'argMin' ? this.position : this.value
  }

  /** Whether an element is more extreme than the current one, or equal and earlier. */
  private isBefore(element: number, position: number): boolean {
    if (Object.is(element, this.value) || element === this.value) return position < this.position
    if (Number.isNaN(this.value)) return false
    return Number.isNaN(element) || (this.combine === 'argMax' ? element > this.value : element < this.value)
  }
}
