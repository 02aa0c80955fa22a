import type { DenseWeights } from '../arithmetic/network.ts'
import { side } from '../problems/digits.ts'
import type { Problem } from '../problems/problem.ts'

/** The width and height of the square of a unit. */
export const tileSize = 34
/** The width and height of an input pixel. */
export const pixelSize = 14

const rowHeight = 49
const gap = 92
const margin = 8
const headHeight = 24

interface Position {
  readonly x: number
  readonly y: number
}

/** The positions of the parts of a network in the drawing. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** The number of units in each column. Column 0 holds the inputs. */
  readonly counts: readonly number[]
  /** Whether the inputs are the pixels of an image. */
  readonly picture: boolean
  /** The center of a unit, or of a pixel. */
  at(column: number, unit: number): Position
  /** The start of connections from a unit. */
  leaves(column: number, unit: number): Position
  /** The end of connections to a unit. */
  arrives(column: number, unit: number): Position
}

export function layoutOf(network: readonly DenseWeights[], { data, outputs }: Problem): Layout {
  const picture = data === 'digits'
  const counts = [network[0]!.inputs, ...network.map(({ units }) => units)]
  const pictureSize = side * pixelSize
  const first = picture ? pictureSize : tileSize
  const tallest = Math.max(...counts.slice(picture ? 1 : 0)) * rowHeight
  const inner = Math.max(tallest, picture ? pictureSize + 8 : 0)
  const middle = headHeight + inner / 2
  const names = 16 + 7 * Math.max(...outputs.map((name) => name.length))
  const at = (column: number, unit: number): Position => {
    if (column > 0 || !picture) {
      const x = column === 0 ? margin + first / 2 : margin + first + column * gap + (column - 0.5) * tileSize
      return { x, y: middle + (unit - (counts[column]! - 1) / 2) * rowHeight }
    }
    const row = Math.floor(unit / side)
    return {
      x: margin + ((unit % side) + 0.5) * pixelSize,
      y: middle + (row + 0.5 - side / 2) * pixelSize,
    }
  }
  return {
    width: 2 * margin + first + (counts.length - 1) * (gap + tileSize) + names,
    height: headHeight + inner + 10,
    counts,
    picture,
    at,
    leaves: (column, unit) => {
      const { x, y } = at(column, unit)
      return column === 0 && picture ? { x: margin + pictureSize, y: middle } : { x: x + tileSize / 2, y }
    },
    arrives: (column, unit) => {
      const { x, y } = at(column, unit)
      return { x: x - tileSize / 2, y }
    },
  }
}
