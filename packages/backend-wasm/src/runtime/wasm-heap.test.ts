import { BackendError } from '@gradus/tensor'
import { Dice } from '@gradus/testing/checks'
import { describe, expect, it } from 'vitest'
import { WasmHeap } from './wasm-heap.ts'

const page = 65536
/** The margins that `WasmHeap` keeps at both ends. */
const margin = 1024

function heapOf({ initial = 1, maximum = 1, shared = false }) {
  const memory = new WebAssembly.Memory({ initial, maximum, shared })
  const heap = new WasmHeap(memory, 'test')
  const pages = () => memory.buffer.byteLength / page
  return { heap, memory, pages }
}

/** Allocates until the memory is exhausted. */
function fill(heap: WasmHeap, bytes: number): number[] {
  const addresses: number[] = []
  try {
    for (;;) addresses.push(heap.allocate(bytes))
  } catch (error) {
    if (error instanceof BackendError) return addresses
    throw error
  }
}

function shuffled<T>(list: readonly T[], dice: Dice): T[] {
  return list
    .map((item) => ({ item, key: dice.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

describe('a new block', () => {
  it('lies at a multiple of 16, whatever its size', () => {
    const { heap } = heapOf({ maximum: 10 })
    for (let bytes = 0; bytes < 200; bytes++) expect(heap.allocate(bytes) % 16).toBe(0)
  })

  it('has its own address even if it is empty', () => {
    const { heap } = heapOf({})
    const addresses = [heap.allocate(0), heap.allocate(0), heap.allocate(1), heap.allocate(16), heap.allocate(0)]
    expect(new Set(addresses).size).toBe(5)
  })

  it('is the smallest free block that is large enough', () => {
    const { heap } = heapOf({})
    const sizes = [4096, 64, 1024, 64, 512, 64]
    const addresses = sizes.map((bytes) => heap.allocate(bytes))
    const rest = fill(heap, 16)
    for (const place of [0, 2, 4]) heap.release(addresses[place]!, sizes[place]!)
    // fits nowhere, so freed blocks are merged
    expect(() => heap.allocate(8192)).toThrow(BackendError)
    expect([heap.allocate(500), heap.allocate(1000), heap.allocate(1008)]).toEqual([
      addresses[4],
      addresses[2],
      addresses[0],
    ])
    expect(rest.length).toBeGreaterThan(1000)
  })

  it('can be read and written', () => {
    const { heap, memory } = heapOf({})
    const address = heap.allocate(10)
    heap.bytesAt(address, 10).set([1, 2, 3])
    expect(heap.bytesAt(address, 10)).toHaveLength(10)
    expect([...new Uint8Array(memory.buffer).subarray(address, address + 4)]).toEqual([1, 2, 3, 0])
  })
})

describe.each([
  ['memory of one thread', false],
  ['shared memory', true],
])('random use of %s', (_, shared) => {
  it.each([1, 2, 3, 4, 5, 6])('never allocates overlapping blocks: sequence %d', (seed) => {
    const dice = new Dice(seed)
    const { heap, memory, pages } = heapOf({ maximum: 8, shared })
    const live = new Map<number, { readonly bytes: number; readonly mark: number }>()
    const sizes = () => dice.pick([dice.whole(0, 40), dice.whole(100, 3000), dice.whole(10_000, 60_000)])
    let [refused, mark] = [0, 0]
    for (let step = 0; step < 3000; step++) {
      if (dice.next() < 0.55) {
        const bytes = sizes()
        try {
          const address = heap.allocate(bytes)
          expect(address).toBeGreaterThanOrEqual(margin)
          expect(address + bytes).toBeLessThanOrEqual(memory.buffer.byteLength - margin)
          expect(live.has(address)).toBe(false)
          mark = (mark + 1) % 251
          heap.bytesAt(address, bytes).fill(mark)
          live.set(address, { bytes, mark })
        } catch (error) {
          if (!(error instanceof BackendError)) throw error
          refused++
        }
      } else if (live.size > 0) release(dice.pick([...live.keys()]))
    }
    for (const address of [...live.keys()]) release(address)
    expect(refused).toBeGreaterThan(0)
    expect(pages()).toBe(8)
    // all of it is one block again
    expect(heap.allocate(8 * page - 2 * margin)).toBe(margin)

    function release(address: number): void {
      const { bytes, mark: expected } = live.get(address)!
      // an overlapping write would show here
      expect(heap.bytesAt(address, bytes).every((byte) => byte === expected)).toBe(true)
      heap.release(address, bytes)
      live.delete(address)
    }
  })
})

describe('freed memory', () => {
  it('is reused for the same size, last first', () => {
    const { heap } = heapOf({})
    const [a, b] = [heap.allocate(100), heap.allocate(100)]
    heap.release(a, 100)
    heap.release(b, 100)
    // sizes are rounded up to 112
    expect([heap.allocate(112), heap.allocate(97)]).toEqual([b, a])
  })

  it('is enough when the same work repeats', () => {
    const { heap, pages } = heapOf({ maximum: 100 })
    const dice = new Dice(1)
    const sizes = Array.from({ length: 50 }, () => dice.whole(1, 5000))
    const round = () => {
      const addresses = sizes.map((bytes) => heap.allocate(bytes))
      for (const place of shuffled([...addresses.keys()], dice)) heap.release(addresses[place]!, sizes[place]!)
    }
    round()
    const before = pages()
    for (let i = 0; i < 200; i++) round()
    expect(pages()).toBe(before)
  })

  it.each([1, 2, 3])('merges with its neighbors in any order of frees: order %d', (seed) => {
    const { heap } = heapOf({})
    const addresses = fill(heap, 48)
    for (const address of shuffled(addresses, new Dice(seed))) heap.release(address, 48)
    expect(heap.allocate(page - 2 * margin)).toBe(margin)
  })

  it('does not merge across blocks in use', () => {
    const { heap } = heapOf({})
    const addresses = fill(heap, 1024)
    const kept = addresses.splice(20, 1)[0]!
    for (const address of addresses) heap.release(address, 1024)
    const [before, after] = [kept - margin, page - margin - kept - 1024]
    expect(() => heap.allocate(Math.max(before, after) + 16)).toThrow(BackendError)
    expect([heap.allocate(after), heap.allocate(before)]).toEqual([kept + 1024, margin])
  })
})

describe('the memory grows', () => {
  it('when nothing fits, and keeps its content', () => {
    const { heap, pages } = heapOf({ maximum: 100 })
    const address = heap.allocate(1000)
    heap.bytesAt(address, 1000).fill(7)
    const large = heap.allocate(10 * page)
    expect(pages()).toBe(11)
    expect(heap.bytesAt(large, 10 * page)).toHaveLength(10 * page)
    expect(heap.bytesAt(address, 1000).every((byte) => byte === 7)).toBe(true)
  })

  it('at its end: free memory there is used, and the margin moves', () => {
    const { heap, pages } = heapOf({ maximum: 2 })
    expect(heap.allocate(2 * page - 2 * margin)).toBe(margin)
    expect(pages()).toBe(2)
  })

  it('by at least a quarter, so that it happens rarely', () => {
    const { heap, pages } = heapOf({ initial: 40, maximum: 1000 })
    heap.allocate(40 * page - 2 * margin)
    heap.allocate(16)
    expect(pages()).toBe(50)
  })

  it('by the needed size where a quarter is too much', () => {
    const { heap, pages } = heapOf({ initial: 40, maximum: 43 })
    heap.allocate(40 * page - 2 * margin)
    heap.allocate(page + 16)
    expect(pages()).toBe(42)
    heap.allocate(page)
    expect(pages()).toBe(43)
  })

  it('only after all freed blocks were merged', () => {
    const { heap, pages } = heapOf({ maximum: 100 })
    const addresses = Array.from({ length: 60 }, () => heap.allocate(1000))
    for (const address of addresses) heap.release(address, 1000)
    heap.allocate(50_000)
    expect(pages()).toBe(1)
  })
})

describe('exhausted memory', () => {
  it('is an error with the sizes and advice', () => {
    const { heap } = heapOf({ initial: 16, maximum: 48 })
    heap.allocate(2 ** 20 / 2)
    const ask = () => heap.allocate(5 * 2 ** 20)
    expect(ask).toThrow(BackendError)
    expect(ask).toThrow(/test backend is out of memory: 5\.0 MiB were asked for, 0\.5 MiB are in use.* of 1\.0 MiB/)
    expect(ask).toThrow(/Nothing was lost.*smaller batches.*cpu backend/)
  })

  it('counts the blocks in use', () => {
    const { heap } = heapOf({ initial: 32, maximum: 32 })
    const first = heap.allocate(2 ** 20)
    expect(() => heap.allocate(2 ** 21)).toThrow(/1\.0 MiB are in use/)
    heap.release(first, 2 ** 20)
    expect(() => heap.allocate(2 ** 21)).toThrow(/0\.0 MiB are in use/)
    heap.allocate(1.5 * 2 ** 20)
    expect(() => heap.allocate(2 ** 21)).toThrow(/1\.5 MiB are in use/)
  })

  it('keeps all blocks, and continues to work', () => {
    const { heap, memory } = heapOf({ initial: 2, maximum: 4 })
    const addresses = fill(heap, 1000)
    expect(addresses).toHaveLength(Math.floor((4 * page - 2 * margin) / 1008))
    for (const [number, address] of addresses.entries()) heap.bytesAt(address, 1000).fill(number)
    for (let i = 0; i < 3; i++) expect(() => heap.allocate(1000)).toThrow(BackendError)
    expect(() => heap.allocate(2 ** 32)).toThrow(/4096\.0 MiB were asked for/)
    for (const [number, address] of addresses.entries()) {
      expect(heap.bytesAt(address, 1000).every((byte) => byte === number % 256)).toBe(true)
    }
    expect(memory.buffer.byteLength).toBe(4 * page)
    heap.release(addresses[7]!, 1000)
    heap.release(addresses[8]!, 1000)
    expect(heap.allocate(2000)).toBe(addresses[7])
  })
})

describe('the margins', () => {
  it('at both ends are never allocated, before and after growth', () => {
    const { heap, memory } = heapOf({ maximum: 3 })
    const taken = new Set<number>()
    for (const address of fill(heap, 16)) for (let byte = 0; byte < 16; byte += 16) taken.add(address + byte)
    const all = [...taken]
    expect(Math.min(...all.slice(0, 100))).toBe(margin)
    expect(all.reduce((most, address) => Math.max(most, address), 0) + 16).toBe(memory.buffer.byteLength - margin)
    // everything between them is one block: the first blocks were at other addresses
    expect(all).toHaveLength((3 * page - 2 * margin) / 16)
  })
})
