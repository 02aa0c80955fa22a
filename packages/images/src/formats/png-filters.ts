import { ImageProblem } from './image-problem.ts'

/**
 * Undoes the filters of `rows` rows in place. Each row has its filter type in the byte before its `rowBytes` bytes; `step` is the
 * distance to the pixel at the left, in bytes.
 */
export function unfilter(raw: Uint8Array, start: number, rows: number, rowBytes: number, step: number): void {
  for (let row = 0; row < rows; row++) {
    const at = start + row * (rowBytes + 1) + 1
    const above = row === 0 ? -1 : at - rowBytes - 1
    const end = at + rowBytes
    const type = raw[at - 1]!
    if (type === 1) addLeft(raw, at, end, step)
    else if (type === 2) addAbove(raw, at, end, above)
    else if (type === 3) addMean(raw, at, end, above, step)
    else if (type === 4) addPaeth(raw, at, end, above, step)
    else if (type !== 0) throw new ImageProblem(`has a row with the filter ${type}, which PNG does not have`)
  }
}

function addLeft(raw: Uint8Array, at: number, end: number, step: number): void {
  for (let i = at + step; i < end; i++) raw[i] = raw[i]! + raw[i - step]!
}

function addAbove(raw: Uint8Array, at: number, end: number, above: number): void {
  if (above < 0) return
  for (let i = at, j = above; i < end; i++, j++) raw[i] = raw[i]! + raw[j]!
}

function addMean(raw: Uint8Array, at: number, end: number, above: number, step: number): void {
  for (let i = at; i < end; i++) {
    const left = i - step < at ? 0 : raw[i - step]!
    const up = above < 0 ? 0 : raw[above + i - at]!
    raw[i] = raw[i]! + ((left + up) >> 1)
  }
}

/** Adds the one of left, above and above left that is nearest to left + above - above left. */
function addPaeth(raw: Uint8Array, at: number, end: number, above: number, step: number): void {
  for (let i = at; i < end; i++) {
    const hasLeft = i - step >= at
    const left = hasLeft ? raw[i - step]! : 0
    const up = above < 0 ? 0 : raw[above + i - at]!
    const corner = hasLeft && above >= 0 ? raw[above + i - at - step]! : 0
    const toLeft = Math.abs(up - corner)
    const toUp = Math.abs(left - corner)
    const toCorner = Math.abs(left + up - 2 * corner)
    const nearest = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner
    raw[i] = raw[i]! + nearest
  }
}
