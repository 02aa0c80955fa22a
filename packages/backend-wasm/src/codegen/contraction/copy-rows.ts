import type { Axis } from '@gradus/schedule'
import { f32, type Locals, sequence, type V128, type Void, v128 } from '../../assembler/index.ts'
import { type Cursor, overDepth } from './over-depth.ts'

/** Interleaves rows that are adjacent in memory, `together` of them per cursor, in the order in which a tile reads them. */
export function copyNeighbors(
  locals: Locals,
  axes: readonly Axis[],
  rows: readonly Cursor[],
  together: 1 | 2 | 4,
  target: Cursor,
): Void {
  return overDepth(locals, axes, [target, ...rows], 4, (offsetOf, rounds) => {
    const code: Void[] = []
    for (let round = 0; round < rounds; round++) {
      rows.forEach((row, i) => {
        const to = offsetOf(target, round) + 4 * together * i
        const from = offsetOf(row, round)
        if (together === 4) code.push(v128.store(target.at.get, v128.load(row.at.get, from), to))
        if (together === 2) code.push(v128.store64Lane(target.at.get, v128.load64Zero(row.at.get, from), 0, to))
        if (together === 1) code.push(f32.store(target.at.get, f32.load(row.at.get, from), to))
      })
    }
    return sequence(...code)
  })
}

/** The same for rows that are contiguous in memory: four elements of each at a time, transposed. */
export function copyTransposed(locals: Locals, axes: readonly Axis[], rows: readonly Cursor[], target: Cursor): Void {
  return overDepth(locals, axes, [target, ...rows], 4, (offsetOf, rounds) => {
    const code: Void[] = []
    if (rounds < 4) {
      rows.forEach((row, i) => {
        code.push(f32.store(target.at.get, f32.load(row.at.get), 4 * i))
      })
      return sequence(...code)
    }
    const keep = (value: V128): V128 => {
      const local = locals.add('v128')
      code.push(local.set(value))
      return local.get
    }
    for (let first = 0; first < rows.length; first += 4) {
      const some = rows.slice(first, first + 4).map((row) => keep(v128.load(row.at.get)))
      const at = (round: number, row: number) => offsetOf(target, round) + 4 * (first + row)
      if (some.length === 4) {
        transposed(some as [V128, V128, V128, V128], keep).forEach((vector, round) => {
          code.push(v128.store(target.at.get, vector, at(round, 0)))
        })
        continue
      }
      some.forEach((vector, row) => {
        for (let round = 0; round < 4; round++)
          code.push(v128.store32Lane(target.at.get, vector, round, at(round, row)))
      })
    }
    return sequence(...code)
  })
}

const low = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]
const high = [8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31]
const firstHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
const secondHalves = [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31]

function transposed([a, b, c, d]: [V128, V128, V128, V128], keep: (value: V128) => V128): V128[] {
  const [abLow, abHigh] = [keep(v128.shuffle(a, b, low)), keep(v128.shuffle(a, b, high))]
  const [cdLow, cdHigh] = [keep(v128.shuffle(c, d, low)), keep(v128.shuffle(c, d, high))]
  return [
    v128.shuffle(abLow, cdLow, firstHalves),
    v128.shuffle(abLow, cdLow, secondHalves),
    v128.shuffle(abHigh, cdHigh, firstHalves),
    v128.shuffle(abHigh, cdHigh, secondHalves),
  ]
}
