import { Dice } from '@gradus/testing/checks'
import { expect, it } from 'vitest'
import { batchesOf } from './launch-batches.ts'
import type { Argument, Launch, Location } from './launches.ts'

const code = {} as Launch['code']

function argument(offset: number, bytes: number, written: boolean, location: Partial<Location> = {}): Argument {
  return { location: { at: 'arena', index: 0, offset, ...location }, bytes, elementBytes: 4, written }
}

const launch = (...args: Argument[]): Launch => ({ code, args, label: '', operations: 0 })
const read = (offset: number, bytes = 16, location: Partial<Location> = {}) => argument(offset, bytes, false, location)
const write = (offset: number, bytes = 16, location: Partial<Location> = {}) => argument(offset, bytes, true, location)

const batchesFor = (launches: readonly Launch[]) =>
  batchesOf(launches).map((batch) => batch.map((one) => launches.indexOf(one)))

it('launches that touch different memory are one batch', () => {
  expect(batchesFor([launch(write(0)), launch(write(16)), launch(read(32), write(48))])).toEqual([[0, 1, 2]])
})

it('a value is read after it is written, and overwritten after it is read', () => {
  const launches = [launch(write(0)), launch(read(0), write(16)), launch(write(0)), launch(read(16))]
  expect(batchesFor(launches)).toEqual([[0], [1], [2, 3]])
})

it('readers of a value are in one batch', () => {
  expect(batchesFor([launch(write(0)), launch(read(0)), launch(read(0))])).toEqual([[0], [1, 2]])
})

it('values overlap as far as their bytes do, and never in different buffers', () => {
  expect(batchesFor([launch(write(0, 64)), launch(read(48)), launch(read(64)), launch(write(0, 8))])).toEqual([
    [0, 2],
    [1, 3],
  ])
  const elsewhere = [{ at: 'input' }, { at: 'input', index: 1 }] as const
  expect(batchesFor([launch(write(0)), ...elsewhere.map((location) => launch(write(0, 16, location)))])).toEqual([
    [0, 1, 2],
  ])
})

it('a launch does not wait for the value that it overwrites in place', () => {
  expect(batchesFor([launch(read(0), write(0)), launch(read(0), write(0))])).toEqual([[0], [1]])
})

it('every launch comes right after the last batch on which it depends', () => {
  for (let seed = 0; seed < 200; seed++) {
    const dice = new Dice(seed)
    const random = () => argument(4 * dice.whole(0, 12), 4 * dice.whole(0, 5), dice.next() < 0.4)
    const launches = Array.from({ length: 20 }, () => launch(...Array.from({ length: dice.whole(1, 3) }, random)))
    const batches = batchesOf(launches)
    const batchOf = (one: Launch) => batches.findIndex((batch) => batch.includes(one))
    launches.forEach((later, number) => {
      const before = launches.slice(0, number).filter((earlier) => conflict(earlier, later))
      const latest = before.reduce((most, earlier) => Math.max(most, batchOf(earlier)), -1)
      expect(batchOf(later), `launch ${number} of sequence ${seed}`).toBe(latest + 1)
    })
  }
})

function conflict(a: Launch, b: Launch): boolean {
  return a.args.some((x) =>
    b.args.some(
      (y) =>
        (x.written || y.written) &&
        x.location.offset < y.location.offset + y.bytes &&
        y.location.offset < x.location.offset + x.bytes &&
        x.bytes > 0 &&
        y.bytes > 0,
    ),
  )
}
