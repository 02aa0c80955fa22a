import { type Axis, countOf } from '@gradus/schedule'
import type { Code } from '../wgsl/types.ts'

/** A name for each axis. */
export function nameAxes(axes: readonly Axis[], prefix: string): Map<Axis, Code> {
  return new Map(axes.map((axis, number) => [axis, `${prefix}${number}`]))
}

/** Statements that compute the coordinate along each axis from an unsigned position in row-major order. */
export function coordinatesAlong(names: ReadonlyMap<Axis, Code>, position: Code): string[] {
  const axes = [...names]
  let after = countOf([...names.keys()])
  return axes.map(([axis, name], number) => {
    const total = after
    after /= axis.size
    const rest = number === 0 ? position : `${position} % ${total}u`
    return `let ${name} = i32(${after === 1 ? rest : `(${rest}) / ${after}u`});`
  })
}
