import { Dice } from '@gradus/testing/checks'
import { expect, it } from 'vitest'
import { type Growing, Heap } from './heap.ts'
import { ProgramMemory } from './program-memory.ts'

const mebibyte = 2 ** 20

/** A memory without content. */
function memoryUpTo(maximum: number): Growing {
  let byteLength = 16 * mebibyte
  return {
    get byteLength() {
      return byteLength
    },
    grow(bytes) {
      if (byteLength + bytes > maximum) return false
      byteLength += bytes
      return true
    },
  }
}

const heapOf = (megabytes: number) => new Heap(memoryUpTo(megabytes * mebibyte), 'test', megabytes * mebibyte)

it('large blocks find their space again after blocks of other sizes and the tables of programs', () => {
  const heap = heapOf(3072)
  const dice = new Dice(1)
  for (let round = 0; round < 40; round++) {
    const blocks: { address: number; bytes: number }[] = []
    let total = 0
    for (;;) {
      const bytes = dice.pick([dice.whole(1, 60_000), dice.whole(100_000, 4 * mebibyte), dice.whole(1, 700) * mebibyte])
      if (total + bytes > 2400 * mebibyte) break
      total += bytes
      blocks.push({ address: heap.allocate(bytes), bytes })
      // a program that stays, with its table and its code
      if (dice.next() < 0.2)
        for (const size of [4 * dice.whole(1, 500), 1000 * dice.whole(1, 40)]) heap.allocate(size, true)
    }
    for (const { address, bytes } of blocks.sort(() => dice.next() - 0.5)) heap.release(address, bytes)
  }
  const halves = [heap.allocate(1500 * mebibyte), heap.allocate(1500 * mebibyte)]
  expect(new Set(halves).size).toBe(2)
})

it('a program that is compiled while memory is full does not divide it', () => {
  const heap = heapOf(3072)
  const thirds = [1, 2, 3].map(() => {
    const address = heap.allocate(990 * mebibyte)
    for (let program = 0; program < 100; program++) heap.allocate(400, true)
    return address
  })
  for (const address of thirds) heap.release(address, 990 * mebibyte)
  expect(() => [heap.allocate(1500 * mebibyte), heap.allocate(1500 * mebibyte)]).not.toThrow()
})

it('small blocks may fill the memory, and all of it is available again afterwards', () => {
  const heap = heapOf(64)
  const addresses: number[] = []
  expect(() => {
    for (;;) addresses.push(heap.allocate(50_000))
  }).toThrow('out of memory')
  expect(addresses.length * 50_000).toBeGreaterThan(62 * mebibyte)
  for (const address of addresses) heap.release(address, 50_000)
  heap.allocate(63 * mebibyte)
})

it('the memory of regions is available to values, and programs get their regions again', () => {
  const memory = new ProgramMemory<'arena' | 'scratch'>(heapOf(1024))
  const first = memory.prepare({ arena: 900 * mebibyte, scratch: 100 }, () => memory.allocate(4))
  const version = memory.version
  const large = memory.allocate(800 * mebibyte)
  expect(memory.version).toBeGreaterThan(version)
  expect(memory.address('arena')).toBe(0)
  const run = () => memory.prepare({ arena: 300 * mebibyte, scratch: 100 }, () => memory.allocate(4))
  expect(run).toThrow('out of memory')
  memory.free(large)
  expect([first.address, run().address]).not.toContain(0)
  expect(memory.address('arena')).toBeGreaterThan(0)
  expect(memory.address('scratch')).toBeGreaterThan(0)
})

it('a run that finds no space for its outputs gives up regions that are larger than it needs', () => {
  const memory = new ProgramMemory<'arena'>(heapOf(1024))
  memory.prepare({ arena: 900 * mebibyte }, () => undefined)
  const outputs = memory.prepare({ arena: 100 * mebibyte }, () => memory.allocate(800 * mebibyte))
  const arena = memory.address('arena')
  const apart = outputs.address + outputs.byteLength <= arena || arena + 100 * mebibyte <= outputs.address
  expect(apart).toBe(true)
})

it('regions that fitted in a version are reserved again once they have moved', () => {
  const memory = new ProgramMemory<'arena'>(heapOf(1024))
  const run = (bytes: number, fitting?: number) =>
    memory.prepare({ arena: bytes }, () => memory.address('arena'), fitting)
  const address = run(300 * mebibyte)
  const { version } = memory
  expect(run(300 * mebibyte, version)).toBe(address)
  // takes the memory of the region
  memory.free(memory.allocate(900 * mebibyte))
  expect(memory.address('arena')).toBe(0)
  expect(run(300 * mebibyte, version)).toBeGreaterThan(0)
  // there is no space for the outputs beside the region, which is smaller than before
  const outputs = memory.prepare({ arena: 100 * mebibyte }, () => memory.allocate(800 * mebibyte), memory.version)
  expect(outputs.byteLength).toBe(800 * mebibyte)
  expect(memory.address('arena')).toBeGreaterThan(0)
})
